import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { ApolloProvider, useMutation, useQuery } from '@apollo/client/react';
import { createRoot } from 'react-dom/client';
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

const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: new HttpLink({
    uri: '/graphql',
    fetch: async (url, init) => {
      const headers = new Headers(init?.headers);
      if (accessToken !== null) headers.set('authorization', `Bearer ${accessToken}`);
      return fetch(url, { ...init, headers });
    },
  }),
});

function SignIn() {
  const [signIn, { data }] = useMutation(SIGN_IN);
  const submit = async (form: FormData) => {
    const input = { login: String(form.get('login')), password: String(form.get('password')) };
    const answer = await signIn({ variables: { input } });
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
  const { data, error } = useQuery(TICKETS);
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
  <ApolloProvider client={client}>{signedIn ? <Tickets /> : <SignIn />}</ApolloProvider>
);

const root = createRoot(document.querySelector('#root')!);
root.render(<Page signedIn={false} />);
