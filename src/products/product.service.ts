import { LockMode, UniqueConstraintViolationException } from '@mikro-orm/core';
import { type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { type Clock } from '../common/clock.js';
import { isId } from '../common/id.js';
import { UserErrorCode, userInputError } from '../common/user-errors.js';
import { InputCheck } from '../common/input-check.js';
import { Product } from './product.entity.js';
import { type CreateProductInput, type UpdateProductInput } from './product.inputs.js';

/** Length of a name, in characters (docs/behaviour.md). */
const NAME = { least: 3, most: 100 };

/** The unique index decides whether a name is taken, also between two at once. */
async function namedOnce<Result>(action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    throw userInputError(UserErrorCode.TAKEN, 'name', 'There is a product with this name.');
  }
}

/** How many live tickets a product has: tickets are above products, and give this to the service. */
export type CountTickets = (em: EntityManager, product: Product) => Promise<number>;

/** Creates, changes and deletes products, for viewers who may. Gives the product's id. */
export class ProductService {
  readonly #orm: MikroORM;
  readonly #clock: Clock;
  readonly #countTickets: CountTickets;

  constructor(deps: { orm: MikroORM; clock: Clock; countTickets: CountTickets }) {
    this.#orm = deps.orm;
    this.#clock = deps.clock;
    this.#countTickets = deps.countTickets;
  }

  /** @throws UserInputError for what is wrong with the input */
  async create(input: CreateProductInput): Promise<string> {
    const em = this.#orm.em.fork();
    const check = new InputCheck();
    const name = check.text('name', input.name, NAME);
    check.done();
    const { type, ownerEmail } = input;
    const product = em.create(Product, { name, type, ownerEmail, createdAt: this.#clock.now() });
    await namedOnce(() => em.flush());
    return product.id;
  }

  /** Changes the fields that are given. @throws UserInputError for what is wrong with the input */
  async update(input: UpdateProductInput): Promise<string> {
    await namedOnce(() =>
      this.#orm.em.fork().transactional(async (em) => {
        const product = await this.#locked(em, input.id);
        const check = new InputCheck();
        if (check.requiredInUpdate('name', input.name)) product.name = check.text('name', input.name, NAME);
        if (check.requiredInUpdate('type', input.type)) product.type = input.type;
        if (check.requiredInUpdate('ownerEmail', input.ownerEmail)) product.ownerEmail = input.ownerEmail;
        check.done();
        product.updatedAt = this.#clock.now();
      }),
    );
    return input.id.toLowerCase();
  }

  /**
   * Soft. The row's lock waits for tickets that are being filed under it, and makes those after it find no product.
   * @throws UserInputError with CONFLICT while it has live tickets
   */
  async delete(id: string): Promise<string> {
    await this.#orm.em.fork().transactional(async (em) => {
      const product = await this.#locked(em, id);
      const tickets = await this.#countTickets(em, product);
      if (tickets > 0) {
        const message = `The product has ${tickets.toLocaleString('en')} live ${tickets === 1 ? 'ticket' : 'tickets'}. Delete or move them first.`;
        throw userInputError(UserErrorCode.CONFLICT, 'id', message);
      }
      product.deletedAt = this.#clock.now();
    });
    return id.toLowerCase();
  }

  /** A live product, its row locked until the transaction ends. @throws UserInputError NOT_FOUND */
  async #locked(em: EntityManager, id: string): Promise<Product> {
    const lockMode = LockMode.PESSIMISTIC_WRITE;
    const product = isId(id) ? await em.findOne(Product, { id, deletedAt: null }, { lockMode }) : null;
    if (product === null) throw userInputError(UserErrorCode.NOT_FOUND, 'id', 'There is no product with this id.');
    return product;
  }
}
