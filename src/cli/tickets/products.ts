import { type EntityManager } from '@mikro-orm/postgresql';
import { Product, ProductType } from '../../products/product.entity.js';
import { CommandError } from '../command.js';
import { type TicketDraft } from './ticket-draft.js';

/** Contract, `CreateProductInput.name`. */
const NAME_LENGTH = { least: 3, most: 100 };

/**
 * The ids of the live products that the drafts name, by name in lower case.
 * @param create makes those that are missing (`--create-products`); the caller flushes
 * @throws CommandError listing those that are missing and are not to be made, or cannot be
 */
export async function findProducts(
  em: EntityManager,
  drafts: readonly TicketDraft[],
  create: { ownerEmail: string; now: Date } | null,
): Promise<ReadonlyMap<string, string>> {
  const products = await em.find(Product, { deletedAt: null });
  const ids = new Map(products.map(({ name, id }) => [name.toLowerCase(), id]));
  const names = new Map(drafts.flatMap(({ product }) => (product === null ? [] : [[product.toLowerCase(), product]])));
  const missing = [...names].filter(([key]) => !ids.has(key));
  if (missing.length === 0) return ids;
  const list = missing.map(([, name]) => name).join(', ');
  if (create === null) {
    throw new CommandError(
      `There is no product ${list}. Give --create-products, or leave products out by --map product=. Nothing was imported.`,
    );
  }
  for (const [key, name] of missing) {
    if (name.length < NAME_LENGTH.least || name.length > NAME_LENGTH.most) {
      throw new CommandError(`"${name}" cannot be a product: a name has 3 to 100 characters. Nothing was imported.`);
    }
    const product = em.create(Product, {
      name,
      type: ProductType.OTHERS,
      ownerEmail: create.ownerEmail,
      createdAt: create.now,
    });
    ids.set(key, product.id);
  }
  return ids;
}
