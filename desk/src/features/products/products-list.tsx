import { useQuery } from '@apollo/client/react';
import { Link } from 'wouter';
import { ProductsDocument, type ProductsQuery } from '../../generated/graphql.js';
import { FilterPicker } from '../../ui/filter-picker.js';
import { Icon } from '../../ui/icon.js';
import { ListPage } from '../../ui/list-page.js';
import { type Option } from '../../ui/option.js';
import { Picker } from '../../ui/picker.js';
import { RecordName } from '../../ui/record-name.js';
import { SearchBox } from '../../ui/search-box.js';
import { Time } from '../../ui/time.js';
import { useSettled } from '../../ui/use-settled.js';
import { useTitle } from '../../ui/use-title.js';
import { type ProductsAddress, useProductsAddress, variablesOf } from './address.js';
import { productTypeLabel, TYPE_OPTIONS } from './product-types.js';

/** Products with how many active tickets each has. */
export function ProductsList() {
  useTitle('Products');
  const { address, change, pagesOf } = useProductsAddress();
  const search = useSettled(address.search);
  const { data, previousData, loading, error } = useQuery(ProductsDocument, {
    variables: variablesOf({ ...address, search: address.search === '' ? '' : search }),
  });
  // The rows before stay until the new ones are there: nothing flickers while somebody types.
  const products = (data ?? (error ? undefined : previousData))?.products;
  const isFiltered = address.search !== '' || address.type.length > 0;
  return (
    <ListPage
      title="Products"
      total={products?.totalCount}
      tools={<ProductTools address={address} onChange={change} />}
      loading={loading}
      error={products ? undefined : error}
      empty={products?.nodes.length === 0 ? emptyText(address.deleted, isFiltered) : null}
      pages={products && pagesOf(products.pageInfo)}
    >
      {products && products.nodes.length > 0 && <ProductsTable products={products.nodes} deleted={address.deleted} />}
    </ListPage>
  );
}

function emptyText(deleted: boolean, isFiltered: boolean): string {
  if (isFiltered) return 'No product matches. Try fewer words.';
  return deleted ? 'No product was deleted.' : 'There is no product yet. Tickets can be without one.';
}

const STATES: readonly Option<'live' | 'deleted'>[] = [
  { id: 'live', label: 'In use' },
  { id: 'deleted', label: 'Deleted' },
];

interface ProductToolsProps {
  readonly address: ProductsAddress;
  readonly onChange: (change: Partial<ProductsAddress>) => void;
}

function ProductTools({ address: { search, type, deleted }, onChange }: ProductToolsProps) {
  return (
    <>
      <SearchBox label="Search for products" value={search} onChange={(text) => onChange({ search: text })} />
      <FilterPicker
        label="Serves"
        options={TYPE_OPTIONS}
        selected={type}
        any="Any field"
        onChange={(picked) => onChange({ type: picked })}
      />
      <Picker
        label="State"
        options={STATES}
        selected={[deleted ? 'deleted' : 'live']}
        onPick={(id) => onChange({ deleted: id === 'deleted' })}
      >
        {deleted ? 'Deleted' : 'In use'} <Icon name="chevron" />
      </Picker>
      <Link href="/products/new" className="button primary">
        <Icon name="plus" /> New product
      </Link>
    </>
  );
}

interface ProductsTableProps {
  readonly products: ProductsQuery['products']['nodes'];
  readonly deleted: boolean;
}

function ProductsTable({ products, deleted }: ProductsTableProps) {
  return (
    <table className="records">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Serves</th>
          <th scope="col">Owner</th>
          <th scope="col">{deleted ? 'Deleted' : 'Active tickets'}</th>
        </tr>
      </thead>
      <tbody>
        {products.map(({ id, name, type, ownerEmail, deletedAt, active }) => (
          <tr key={id}>
            <RecordName name={name} href={deletedAt === null ? `/products/${id}` : null} />
            <td>{productTypeLabel(type)}</td>
            <td title={ownerEmail}>{ownerEmail}</td>
            <td>
              {deletedAt === null ? <ActiveTickets id={id} count={active.totalCount} /> : <Time at={deletedAt} />}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ActiveTickets({ id, count }: { id: string; count: number }) {
  if (count === 0) return 'None';
  return (
    <Link href={`/tickets?view=all&product=${id}`}>
      {count.toLocaleString()} <span className="visually-hidden">active</span> {count === 1 ? 'ticket' : 'tickets'}
    </Link>
  );
}
