import { useQuery } from '@apollo/client/react';
import { Link, useLocation } from 'wouter';
import { explain } from '../../app/api.js';
import { useViewer } from '../../app/session-context.js';
import { NodeNamesDocument, MailCountsDocument, MailsDocument } from '../../generated/graphql.js';
import { Icon } from '../../ui/icon.js';
import { Picker } from '../../ui/picker.js';
import { findPeopleOrEverybody, NONE } from '../../ui/search-options.js';
import { tellError } from '../../ui/toast.js';
import { useTitle } from '../../ui/use-title.js';
import { filterOf, hrefOf, MAIL_LISTS, useMailsAddress } from './address.js';
import { MailTable } from './mail-table.js';
import './mails.css';

const PAGE_SIZE = 50;

/** Mails and their state: everybody's for those who manage tickets, one's own for others. */
export function MailsPage() {
  useTitle('Mails');
  const viewer = useViewer();
  const isStaff = viewer.role.canManageTickets;
  const address = useMailsAddress();
  const { list } = address;
  const to = isStaff ? address.to : null;
  const { data, loading, error, fetchMore, refetch } = useQuery(MailsDocument, {
    variables: { filter: filterOf({ list, to }), first: PAGE_SIZE },
  });
  const counts = useQuery(MailCountsDocument, {
    // The cache has one list for each filter: this one, of one mail, would replace the pages of that in the table.
    fetchPolicy: 'no-cache',
    nextFetchPolicy: 'no-cache',
    variables: { waiting: filterOf({ list: 'waiting', to }), failed: filterOf({ list: 'failed', to }) },
  });
  const mails = data?.notifications.edges.map(({ node }) => node);
  const pageInfo = data?.notifications.pageInfo;
  const countOf = (id: string) => (id === 'waiting' || id === 'failed' ? counts.data?.[id].totalCount : undefined);

  const reload = async () => {
    try {
      await Promise.all([refetch(), counts.refetch()]);
    } catch (failure) {
      tellError(explain(failure));
    }
  };
  const showMore = async () => {
    try {
      await fetchMore({ variables: { after: pageInfo?.endCursor } });
    } catch (failure) {
      tellError(explain(failure));
    }
  };

  return (
    <div className="mails">
      <header className="mails-head">
        <h1>Mails</h1>
        <nav aria-label="Which mails" className="mails-lists">
          {MAIL_LISTS.map(({ id, label }) => (
            <Link
              key={id}
              href={hrefOf({ list: id, to })}
              replace
              className="mails-list-link"
              aria-current={id === list ? 'page' : undefined}
            >
              {label} {countOf(id) !== undefined && <span className="soft">{countOf(id)}</span>}
            </Link>
          ))}
        </nav>
        <div className="mails-tools">
          {isStaff && <RecipientPicker to={to} list={list} />}
          <button type="button" className="button small" disabled={loading} onClick={() => void reload()}>
            <Icon name="history" /> Load again
          </button>
        </div>
      </header>
      {error && !data && (
        <p className="notice" role="alert">
          {explain(error)}
        </p>
      )}
      <div aria-busy={loading}>
        {mails && mails.length > 0 && (
          <MailTable mails={mails} isStaff={isStaff} onCancelled={() => void counts.refetch().catch(() => undefined)} />
        )}
        {mails?.length === 0 && !loading && (
          <div className="screen-empty" role="status">
            <strong>{MAIL_LISTS.find(({ id }) => id === list)?.empty}</strong>
          </div>
        )}
        {pageInfo?.hasNextPage === true && (
          <button type="button" className="button mails-more" disabled={loading} onClick={() => void showMore()}>
            Show more
          </button>
        )}
      </div>
    </div>
  );
}

/** Chooses the recipient whose mails are listed. The address has only the id, so the name is asked for. */
function RecipientPicker({ list, to }: ReturnType<typeof useMailsAddress>) {
  const [, navigate] = useLocation();
  const { data } = useQuery(NodeNamesDocument, { variables: { ids: to === null ? [] : [to] }, skip: to === null });
  const [person] = data?.nodes ?? [];
  const name = person && 'name' in person ? person.name : '…';
  return (
    <Picker
      label="To"
      options={findPeopleOrEverybody}
      selected={[to ?? NONE]}
      onPick={(id) => navigate(hrefOf({ list, to: id === NONE ? null : id }), { replace: true })}
    >
      <span className="clip">{to === null ? 'Everybody' : name}</span> <Icon name="chevron" />
    </Picker>
  );
}
