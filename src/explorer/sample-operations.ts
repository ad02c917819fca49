/** What the editor shows first. */
export const WELCOME_QUERY = `# Welcome to Docket. To try it:
#
# 1. Fill in login and password in the tab
#    "Variables" below, then press the button
#    at the right: SignIn. A new server prints
#    the sign-in of its sample people when it
#    starts.
# 2. Press the button again, and choose what
#    to do. The access token stands in the tab
#    "Headers" now, and is renewed as long as
#    this page is open.
#
# Where a ticket's id is needed, take it from
# an answer. The documentation is at the far
# left; Ctrl+Space completes what you type.

mutation SignIn($input: SignInInput!) {
  signIn(input: $input) {
    accessToken
    accessTokenExpiresIn
    # Renews the access token.
    refreshToken
    user {
      username
      role {
        name
      }
    }
    userErrors {
      code
      message
    }
  }
}

query Queue {
  tickets(
    first: 10
    filter: { active: true }
    orderBy: { field: LAST_ACTIVITY, direction: DESC }
  ) {
    totalCount
    nodes {
      id
      number
      title
      status
      priority
      assignedTo {
        name
      }
      lastActivityAt
    }
  }
}

query Search($words: String!) {
  tickets(first: 10, filter: { search: $words }) {
    totalCount
    nodes {
      number
      title
    }
  }
}

query WatchedByMe {
  tickets(first: 10, filter: { watchedByMe: true }) {
    nodes {
      number
      title
      viewerWatchState
    }
  }
}

query Ticket($number: Int!) {
  ticketByNumber(number: $number) {
    id
    title
    description
    status
    timeline(last: 20) {
      nodes {
        ... on Comment {
          author {
            name
          }
          content
          internal
        }
        ... on TicketEvent {
          kind
          actor {
            name
          }
          createdAt
        }
      }
    }
  }
}

mutation CreateTicket($ticket: CreateTicketInput!) {
  createTicket(input: $ticket) {
    ticket {
      id
      number
      url
    }
    userErrors {
      field
      message
    }
  }
}

mutation Reply($comment: CreateCommentInput!) {
  createComment(input: $comment) {
    comment {
      createdAt
    }
    userErrors {
      field
      message
    }
  }
}

mutation ChangeTicket($change: UpdateTicketInput!) {
  updateTicket(input: $change) {
    ticket {
      status
      priority
      version
    }
    userErrors {
      field
      message
    }
  }
}

query Insights {
  ticketInsights {
    active
    activeUnassigned
    stale
    medianSecondsToClose
    workload {
      user {
        name
      }
      active
      closedInRange
    }
  }
}

subscription Live {
  ticketChanges {
    __typename
    cursor
    ... on TicketChange {
      kind
      ticket {
        number
        title
        status
      }
    }
  }
}
`;

/** Each operation takes its own of them, and leaves the others. */
export const WELCOME_VARIABLES = JSON.stringify(
  {
    input: { login: '', password: '' },
    words: 'printer',
    number: 1,
    ticket: { title: 'The projector is dim', description: 'In room four, since Monday.' },
    comment: { ticketId: '', content: 'I look at it now.' },
    change: { id: '', status: 'IN_PROGRESS' },
  },
  null,
  2,
);

export const WELCOME_HEADERS = JSON.stringify({ Authorization: 'Bearer ' }, null, 2);
