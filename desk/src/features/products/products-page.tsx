import { Route, Switch } from 'wouter';
import { useViewer } from '../../app/session-context.js';
import { NoAccess } from '../../ui/form-page.js';
import { NewProductPage, ProductPage } from './product-page.js';
import { ProductsList } from './products-list.js';

/** Products, for those who may manage them. */
export function ProductsPage() {
  const viewer = useViewer();
  if (!viewer.role.canManageTickets) return <NoAccess title="Products" may="manage products" />;
  return (
    <Switch>
      <Route path="/products">
        <ProductsList />
      </Route>
      <Route path="/products/new">
        <NewProductPage />
      </Route>
      <Route path="/products/:id">{({ id }) => <ProductPage key={id} id={id} />}</Route>
    </Switch>
  );
}
