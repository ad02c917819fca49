import { type EntityManager } from '@mikro-orm/postgresql';
import { type Product } from '../products/product.entity.js';
import { Ticket } from './ticket.entity.js';

/** How many live tickets a product has. */
export async function countLiveTickets(em: EntityManager, product: Product): Promise<number> {
  return em.count(Ticket, { product, deletedAt: null });
}
