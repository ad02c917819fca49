import { type ProductsQueryVariables, type ProductType } from '../../generated/graphql.js';
import { filterOf, type ListAddress, listOf, pageOf, useListAddress } from '../../ui/address.js';
import { PRODUCT_TYPES } from './product-types.js';

interface ProductFilters {
  readonly type: readonly ProductType[];
}

export type ProductsAddress = ListAddress & ProductFilters;

export const useProductsAddress = () =>
  useListAddress<ProductFilters>({
    path: '/products',
    read: (params) => ({ type: listOf(PRODUCT_TYPES, params.get('type')) }),
    write: ({ type }) => ({ type: type.join(',') }),
  });

export function variablesOf(address: ProductsAddress): ProductsQueryVariables {
  const { type } = address;
  return { filter: { ...filterOf(address), ...(type.length > 0 && { type: [...type] }) }, ...pageOf(address) };
}
