import { useQuery } from '@apollo/client/react';
import { Link } from 'wouter';
import { PeopleDocument, RolesDocument } from '../../generated/graphql.js';
import { FilterPicker } from '../../ui/filter-picker.js';
import { Icon } from '../../ui/icon.js';
import { ListPage } from '../../ui/list-page.js';
import { type Option } from '../../ui/option.js';
import { Picker } from '../../ui/picker.js';
import { SearchBox } from '../../ui/search-box.js';
import { useSettled } from '../../ui/use-settled.js';
import { useTitle } from '../../ui/use-title.js';
import { ORDER_IDS, ORDERS, type PeopleAddress, usePeopleAddress, variablesOf } from './address.js';
import { PeopleTable } from './people-table.js';
import { PeopleTabs } from './people-tabs.js';

/** Everybody with an account, or everybody whose account was deleted. */
export function PeopleList() {
  useTitle('People');
  const { address, change, pagesOf } = usePeopleAddress();
  const search = useSettled(address.search);
  const { data, previousData, loading, error } = useQuery(PeopleDocument, {
    variables: variablesOf({ ...address, search: address.search === '' ? '' : search }),
  });
  // The rows before stay until the new ones are there: nothing flickers while somebody types.
  const people = (data ?? (error ? undefined : previousData))?.users;
  const isFiltered = address.search !== '' || address.role.length > 0;
  return (
    <ListPage
      title="People"
      total={people?.totalCount}
      tabs={<PeopleTabs />}
      tools={<PeopleTools address={address} onChange={change} />}
      loading={loading}
      error={people ? undefined : error}
      empty={people?.nodes.length === 0 ? emptyText(address.deleted, isFiltered) : null}
      pages={people && pagesOf(people.pageInfo)}
    >
      {people && people.nodes.length > 0 && <PeopleTable people={people.nodes} deleted={address.deleted} />}
    </ListPage>
  );
}

function emptyText(deleted: boolean, isFiltered: boolean): string {
  if (isFiltered) return 'Nobody matches. Try fewer words or roles.';
  return deleted ? 'No account was deleted.' : 'There is nobody here.';
}

const STATES: readonly Option<'live' | 'deleted'>[] = [
  { id: 'live', label: 'With an account' },
  { id: 'deleted', label: 'Deleted' },
];

interface PeopleToolsProps {
  readonly address: PeopleAddress;
  readonly onChange: (change: Partial<PeopleAddress>) => void;
}

function PeopleTools({ address, onChange }: PeopleToolsProps) {
  const { search, role, deleted, order } = address;
  const { data } = useQuery(RolesDocument);
  const roles = (data?.roles ?? []).map(({ id, name }) => ({ id, label: name }));
  return (
    <>
      <SearchBox label="Search for people" value={search} onChange={(text) => onChange({ search: text })} />
      <FilterPicker
        label="Role"
        options={roles}
        selected={role}
        any="Any role"
        onChange={(picked) => onChange({ role: picked })}
      />
      <Picker
        label="Account"
        options={STATES}
        selected={[deleted ? 'deleted' : 'live']}
        onPick={(id) => onChange({ deleted: id === 'deleted' })}
      >
        {deleted ? 'Deleted' : 'With an account'} <Icon name="chevron" />
      </Picker>
      <Picker
        label="Order"
        options={ORDER_IDS.map((id) => ({ id, label: ORDERS[id].label }))}
        selected={[order]}
        onPick={(id) => onChange({ order: id })}
      >
        <Icon name="sort" /> {ORDERS[order].label}
      </Picker>
      <Link href="/people/new" className="button primary">
        <Icon name="plus" /> New person
      </Link>
    </>
  );
}
