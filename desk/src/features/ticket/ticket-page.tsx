import { useTitle } from '../../ui/use-title.js';

export function TicketPage({ number }: { number: number }) {
  useTitle(`#${number}`);
  return <h1>{number}</h1>;
}
