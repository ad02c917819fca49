import { type EntityManager } from '@mikro-orm/postgresql';
import { newId } from '../common/id.js';
import { characters } from '../common/input-check.js';
import { Product, ProductType } from '../products/product.entity.js';
import { option } from './option-text.js';
import { type RowFault } from './source-record.js';

/** The API's limits for a product's name. */
const NAME_LENGTH = { least: 3, most: 100 };

export interface ProductFound {
  readonly id: string | null;
  /** Whether it has exactly the name that the source says. */
  readonly isExact: boolean;
  readonly fault?: Omit<RowFault, 'line'>;
}

/** The live products by name, in any letter case, and those that an import makes (`--create-products`). */
export class Products {
  readonly #byName: Map<string, { readonly id: string; readonly name: string }>;
  readonly #creates: boolean;
  readonly #made: { readonly id: string; readonly name: string }[] = [];

  private constructor(products: readonly { id: string; name: string }[], creates: boolean) {
    this.#byName = new Map(products.map(({ id, name }) => [name.toLowerCase(), { id, name }]));
    this.#creates = creates;
  }

  static async load(em: EntityManager, creates: boolean): Promise<Products> {
    return new Products(await em.find(Product, { deletedAt: null }), creates);
  }

  find(name: string | null): ProductFound {
    if (name === null) return { id: null, isExact: true };
    const known = this.#byName.get(name.toLowerCase());
    if (known) return { id: known.id, isExact: known.name === name };
    if (!this.#creates) {
      const message = `product: there is no product "${name}".`;
      return {
        id: null,
        isExact: false,
        fault: { message, options: ['--create-products', option('map', 'product=')] },
      };
    }
    if (characters(name) < NAME_LENGTH.least || characters(name) > NAME_LENGTH.most) {
      const message = `product: "${name}" cannot be a product: a name has 3 to 100 characters.`;
      return { id: null, isExact: false, fault: { message, options: [option('map', 'product=')] } };
    }
    const made = { id: newId(), name };
    this.#made.push(made);
    this.#byName.set(name.toLowerCase(), made);
    return { id: made.id, isExact: true };
  }

  /** Writes those that were made, before the tickets that need them. */
  async create(em: EntityManager, ownerEmail: string, now: Date): Promise<void> {
    for (const { id, name } of this.#made) {
      em.create(Product, { id, name, type: ProductType.OTHERS, ownerEmail, createdAt: now });
    }
    await em.flush();
    em.clear();
  }
}
