import { connectionTypes } from '../graphql/connection-types.js';
import { Ticket } from './ticket.entity.js';

export const { Edge: TicketEdge, Connection: TicketConnection } = connectionTypes('Ticket', () => Ticket);
