import { Suspense, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { graphql, RelayEnvironmentProvider, useLazyLoadQuery, useMutation } from 'react-relay';
import { Environment, type FetchFunction, Network } from 'relay-runtime';
import type { mainSignInMutation } from './__generated__/mainSignInMutation.graphql.js';
import type { mainTicketsQuery } from './__generated__/mainTicketsQuery.graphql.js';

let accessToken: string | null = null;

const send: FetchFunction = async ({ text: query }, variables) => {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(accessToken !== null && { authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
};

const environment = new Environment({ network: Network.create(send) });

function SignIn() {
  const [signIn] = useMutation<mainSignInMutation>(graphql`
    mutation mainSignInMutation($input: SignInInput!) {
      signIn(input: $input) {
        accessToken
        userErrors {
          message
        }
      }
    }
  `);
  const [problem, setProblem] = useState<string>();
  const submit = (form: FormData) => {
    const input = { login: String(form.get('login')), password: String(form.get('password')) };
    signIn({
      variables: { input },
      onCompleted: ({ signIn: { accessToken: token, userErrors } }) => {
        accessToken = token ?? null;
        setProblem(userErrors[0]?.message);
        if (accessToken !== null) root.render(<Page signedIn />);
      },
      onError: ({ message }) => setProblem(message),
    });
  };
  return (
    <form action={submit}>
      <input name="login" aria-label="Username or e-mail" required />
      <input name="password" aria-label="Password" type="password" required />
      <button>Sign in</button>
      {problem !== undefined && <p role="alert">{problem}</p>}
    </form>
  );
}

function Tickets() {
  const { tickets } = useLazyLoadQuery<mainTicketsQuery>(
    graphql`
      query mainTicketsQuery {
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
    `,
    {},
  );
  return (
    <ul>
      {tickets.nodes.map(({ id, number, title, assignedTo }) => (
        <li key={id}>
          #{number} {title} ({assignedTo?.name ?? 'nobody'})
        </li>
      ))}
    </ul>
  );
}

const Page = ({ signedIn }: { signedIn: boolean }) => (
  <RelayEnvironmentProvider environment={environment}>
    <Suspense fallback="Loading">{signedIn ? <Tickets /> : <SignIn />}</Suspense>
  </RelayEnvironmentProvider>
);

const root = createRoot(document.querySelector('#root')!);
root.render(<Page signedIn={false} />);
