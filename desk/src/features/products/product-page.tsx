import { useQuery } from '@apollo/client/react';
import { resultOf } from '@docket/client';
import { useLocation } from 'wouter';
import { apollo, mutate } from '../../app/api.js';
import {
  CreateProductDocument,
  DeleteProductDocument,
  ProductDocument,
  type ProductQuery,
  UpdateProductDocument,
} from '../../generated/graphql.js';
import { DeleteSection } from '../../ui/delete-section.js';
import { FormPage, NoRecord, Section } from '../../ui/form-page.js';
import { Time } from '../../ui/time.js';
import { tell } from '../../ui/toast.js';
import { ProductForm } from './product-form.js';

const BACK = { href: '/products', label: 'Products' };

type Product = NonNullable<ProductQuery['product']>;

/** Removes all lists of products from the cache: after a change a product may belong elsewhere in them. */
function forgetProducts(): void {
  apollo.cache.evict({ id: 'ROOT_QUERY', fieldName: 'products' });
  apollo.cache.gc();
}

export function NewProductPage() {
  const [, navigate] = useLocation();
  return (
    <FormPage title="New product" back={BACK}>
      <ProductForm
        saved={{ name: '', ownerEmail: '', type: 'OTHERS' }}
        action="Create the product"
        send={async (_changed, all) =>
          resultOf((await mutate(CreateProductDocument, { input: all })).createProduct, ({ product }) => product)
        }
        onSaved={({ name }) => {
          navigate('/products', { replace: true });
          forgetProducts();
          tell(`${name} was created. Tickets can be about it now.`);
        }}
      />
    </FormPage>
  );
}

export function ProductPage({ id }: { id: string }) {
  const query = useQuery(ProductDocument, { variables: { id } });
  const product = query.data?.product;
  return product ? <ProductDetails product={product} /> : <NoRecord what="product" back={BACK} query={query} />;
}

function ProductDetails({ product }: { product: Product }) {
  const [, navigate] = useLocation();
  const { id, name, createdAt, tickets } = product;
  return (
    <FormPage
      title={name}
      back={BACK}
      about={
        <p className="soft">
          Since <Time at={createdAt} />.
        </p>
      }
    >
      <Section id="product" title="Product">
        <ProductForm
          saved={product}
          action="Save the product"
          send={async (changed) =>
            resultOf(
              (await mutate(UpdateProductDocument, { input: { id, ...changed } })).updateProduct,
              (payload) => payload.product,
            )
          }
          onSaved={(saved) => {
            forgetProducts();
            tell(`${saved.name} is saved.`);
          }}
        />
      </Section>
      <DeleteSection
        title="Delete the product"
        question={`Delete ${name}?`}
        effects={[
          'No ticket can be filed under it any more.',
          'Deleted tickets about it come back without a product when they are restored.',
          'This cannot be undone.',
        ]}
        obstacle={obstacleTo(tickets.totalCount)}
        send={async () =>
          resultOf((await mutate(DeleteProductDocument, { input: { id } })).deleteProduct, (payload) => payload.product)
        }
        onDeleted={() => {
          navigate('/products', { replace: true });
          forgetProducts();
          tell(`${name} was deleted.`);
        }}
      />
    </FormPage>
  );
}

function obstacleTo(tickets: number): string | null {
  if (tickets === 0) return null;
  const sentence = tickets === 1 ? 'One ticket is' : `${tickets.toLocaleString()} tickets are`;
  return `${sentence} about it, closed ones too. A product can be deleted once they are deleted or about another one.`;
}
