import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { type MikroORM } from '@mikro-orm/postgresql';
import { type Clock } from '../clock.js';
import { UserErrorCode, userInputError } from '../graphql/errors.js';
import { InputCheck } from '../graphql/input-check.js';
import { Product } from './product.entity.js';
import { type CreateProductInput } from './product.inputs.js';

/** Requirements C19. */
const NAME = { least: 3, most: 100 };

export class ProductService {
  readonly #orm: MikroORM;
  readonly #clock: Clock;

  constructor(deps: { orm: MikroORM; clock: Clock }) {
    this.#orm = deps.orm;
    this.#clock = deps.clock;
  }

  /**
   * Gives the new product's id. The unique index decides whether the name is taken, also between two at once.
   * @throws UserInputError for what is wrong with the input
   */
  async create(input: CreateProductInput): Promise<string> {
    const em = this.#orm.em.fork();
    const check = new InputCheck();
    const name = check.text('name', input.name, NAME);
    check.done();
    const product = em.create(Product, {
      name,
      type: input.type,
      ownerEmail: input.ownerEmail,
      createdAt: this.#clock.now(),
    });
    try {
      await em.flush();
    } catch (error) {
      if (!(error instanceof UniqueConstraintViolationException)) throw error;
      throw userInputError(UserErrorCode.TAKEN, 'name', 'There is a product with this name.');
    }
    return product.id;
  }
}
