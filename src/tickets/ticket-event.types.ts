import { connectionTypes } from '../graphql/connection-types.js';
import { TicketEvent } from './ticket-event.entity.js';

export const { Connection: TicketEventConnection } = connectionTypes('TicketEvent', () => TicketEvent);
