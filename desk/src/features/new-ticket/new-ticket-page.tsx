import { useTitle } from '../../ui/use-title.js';

export function NewTicketPage() {
  useTitle('New ticket');
  return <h1>New ticket</h1>;
}
