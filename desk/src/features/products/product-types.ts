import { type ProductType } from '../../generated/graphql.js';
import { type Option } from '../../ui/option.js';

const TYPES: Readonly<Record<ProductType, string>> = {
  HEALTH_CARE: 'Health care',
  BANKING: 'Banking',
  OTHERS: 'Other',
};

export const PRODUCT_TYPES: readonly ProductType[] = ['HEALTH_CARE', 'BANKING', 'OTHERS'];

/** The lines of business that products serve. */
export const TYPE_OPTIONS: readonly Option<ProductType>[] = PRODUCT_TYPES.map((id) => ({ id, label: TYPES[id] }));

/** A newer server may have others. */
export function productTypeLabel(type: ProductType): string {
  return TYPES[type] ?? TYPES.OTHERS;
}
