/** The largest number that GraphQL's Int holds; no ticket has a larger one. */
const LARGEST_NUMBER = 2 ** 31 - 1;

const TICKET_QUERY = `# Sign in first, in the tab SignIn. Put the
# accessToken into the tab "Headers" below,
# after "Bearer ", and press the button.
query Ticket($number: Int!) {
  ticketByNumber(number: $number) {
    id
    number
    title
    description
    status
    priority
    createdBy {
      name
    }
    assignedTo {
      name
    }
    comments(last: 25) {
      nodes {
        createdAt
        author {
          name
        }
        content
      }
    }
  }
}
`;

/** The explorer, opened on one ticket; null when it cannot be a ticket's number. */
export function linkToTicket(number: string): string | null {
  const parsed = Number(number);
  if (!/^[1-9]\d*$/.test(number) || parsed > LARGEST_NUMBER) return null;
  const variables = JSON.stringify({ number: parsed }, null, 2);
  return `/graphql?${new URLSearchParams({ query: TICKET_QUERY, variables }).toString()}`;
}
