import { Route, Switch } from 'wouter';
import { useViewer } from '../../app/session-context.js';
import { NoAccess } from '../../ui/form-page.js';
import { NewPersonPage } from './new-person-page.js';
import { PeopleList } from './people-list.js';
import { PersonPage } from './person-page.js';
import { NewRolePage, RolePage } from './role-page.js';
import { RolesList } from './roles-list.js';

/** People and their roles, for those who may manage them. */
export function PeoplePage() {
  const viewer = useViewer();
  if (!viewer.role.canManageUsers) return <NoAccess title="People" may="manage users" />;
  return (
    <Switch>
      <Route path="/people">
        <PeopleList />
      </Route>
      <Route path="/people/new">
        <NewPersonPage />
      </Route>
      <Route path="/people/:id">{({ id }) => <PersonPage key={id} id={id} />}</Route>
      <Route path="/roles">
        <RolesList />
      </Route>
      <Route path="/roles/new">
        <NewRolePage />
      </Route>
      <Route path="/roles/:id">{({ id }) => <RolePage key={id} id={id} />}</Route>
    </Switch>
  );
}
