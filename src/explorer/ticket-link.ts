/** The largest number that GraphQL's Int holds; no ticket has a larger one. */
const MAX_NUMBER = 2 ** 31 - 1;

const TICKET_QUERY = `# Sign in first, in the tab SignIn. Then come
# back, and press the button.
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
    viewerWatchState
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

const TICKETS_QUERY = `# Sign in first, in the tab SignIn. Then come
# back, and press the button.
query MyTickets($active: TicketFilter) {
  viewer {
    assignedTickets(first: 100, filter: $active) {
      totalCount
      nodes {
        number
        title
        status
        priority
        createdBy {
          name
        }
      }
    }
  }
}
`;

const ACTIVE_TICKETS = { active: { not: { status: ['DONE', 'CLOSED'] } } };

/** A ticket's number as it stands in a path; null when it cannot be one. */
export function ticketNumber(text: string): number | null {
  const number = Number(text);
  return /^[1-9]\d*$/.test(text) && number <= MAX_NUMBER ? number : null;
}

/** The explorer opened on one ticket, as seen from /tickets/:number. A proxy may take away a path before both. */
export function explorerOnTicket(number: number): string {
  return `../${explorer(TICKET_QUERY, { number })}`;
}

/** The explorer opened on the viewer's active tickets, as seen from /tickets. */
export function explorerOnTickets(): string {
  return explorer(TICKETS_QUERY, ACTIVE_TICKETS);
}

function explorer(query: string, variables: object): string {
  return `graphql?${new URLSearchParams({ query, variables: JSON.stringify(variables, null, 2) }).toString()}`;
}
