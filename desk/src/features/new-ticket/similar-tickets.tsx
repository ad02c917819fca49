import { useQuery } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import { SimilarTicketsDocument } from '../../generated/graphql.js';
import { TicketLink } from '../../ui/ticket-link.js';

const TYPING_PAUSE_MS = 400;
/** Shorter titles resemble everything. */
const SHORTEST_TITLE = 6;

interface SimilarTicketsProps {
  readonly title: string;
  readonly description: string;
}

/** Tickets that may be about the same thing, while somebody writes a new one. */
export function SimilarTickets({ title, description }: SimilarTicketsProps) {
  const [input, setInput] = useState({ title: '', description: '' });
  useEffect(() => {
    const timer = setTimeout(() => setInput({ title: title.trim(), description: description.trim() }), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [title, description]);
  const asks = input.title.length >= SHORTEST_TITLE;
  const { data, previousData } = useQuery(SimilarTicketsDocument, {
    variables: { input: { title: input.title, description: input.description || null, first: 5 } },
    skip: !asks,
    fetchPolicy: 'cache-first',
  });
  const similar = asks ? ((data ?? previousData)?.similarTickets ?? []) : [];
  return (
    <section className="similar" aria-label="Similar tickets" aria-live="polite">
      <h2>Perhaps reported already</h2>
      {similar.length === 0 && <p className="soft">Tickets like yours show here while you write.</p>}
      <ul>
        {similar.map(({ ticket }) => (
          <li key={ticket.id}>
            <TicketLink ticket={ticket} />
          </li>
        ))}
      </ul>
    </section>
  );
}
