import { createRoot } from 'react-dom/client';
import { cacheExchange, createClient, fetchExchange, Provider, useMutation, useQuery } from 'urql';
import { graphql } from './generated/gql.js';

const SIGN_IN = graphql(`
  mutation SignIn($input: SignInInput!) {
    signIn(input: $input) {
      accessToken
      userErrors {
        message
      }
    }
  }
`);

const TICKETS = graphql(`
  query Tickets {
    tickets(first: 20, filter: { active: true }) {
      nodes {
        id
        number
        title
        assignedTo {
          id
          name
        }
      }
    }
  }
`);

let accessToken: string | null = null;

const client = createClient({
  url: '/graphql',
  preferGetMethod: false,
  exchanges: [cacheExchange, fetchExchange],
  fetchOptions: () => ({ headers: accessToken === null ? [] : [['authorization', `Bearer ${accessToken}`]] }),
});

function SignIn() {
  const [{ data }, signIn] = useMutation(SIGN_IN);
  const submit = async (form: FormData) => {
    const input = { login: String(form.get('login')), password: String(form.get('password')) };
    const answer = await signIn({ input });
    accessToken = answer.data?.signIn.accessToken ?? null;
    if (accessToken !== null) root.render(<Page signedIn />);
  };
  return (
    <form action={submit}>
      <input name="login" aria-label="Username or e-mail" required />
      <input name="password" aria-label="Password" type="password" required />
      <button>Sign in</button>
      {data?.signIn.userErrors.map(({ message }) => (
        <p key={message} role="alert">
          {message}
        </p>
      ))}
    </form>
  );
}

function Tickets() {
  const [{ data, error }] = useQuery({ query: TICKETS });
  if (error) return <p role="alert">{error.message}</p>;
  return (
    <ul>
      {data?.tickets.nodes.map(({ id, number, title, assignedTo }) => (
        <li key={id}>
          #{number} {title} ({assignedTo?.name ?? 'nobody'})
        </li>
      ))}
    </ul>
  );
}

const Page = ({ signedIn }: { signedIn: boolean }) => (
  <Provider value={client}>{signedIn ? <Tickets /> : <SignIn />}</Provider>
);

const root = createRoot(document.querySelector('#root')!);
root.render(<Page signedIn={false} />);
