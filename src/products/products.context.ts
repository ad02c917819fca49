import { loaderById } from '../graphql/loader.js';
import { type ProductReader } from './product.reader.js';
import { type ProductService } from './product.service.js';

declare module '../graphql/context.js' {
  interface Services {
    readonly products: ProductService;
  }
  interface Readers {
    readonly products: ProductReader;
  }
}

export const productById = loaderById(async ({ readers }, ids) => readers.products.byIds(ids));
