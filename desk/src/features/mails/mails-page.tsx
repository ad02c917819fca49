import { useQuery } from '@apollo/client/react';
import { Link, useLocation } from 'wouter';
import { explain } from '../../app/api.js';
import { useViewer } from '../../app/session-context.js';
import { MailCountsDocument, MailsDocument } from '../../generated/graphql.js';
import { Icon } from '../../ui/icon.js';
import { ListPage } from '../../ui/list-page.js';
import { Picker } from '../../ui/picker.js';
import { findPeopleOrEverybody, NONE } from '../../ui/search-options.js';
import { tellError } from '../../ui/toast.js';
import { useNames } from '../../ui/use-names.js';
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

  const reload = () => {
    refetch().catch((failure: unknown) => tellError(explain(failure)));
    counts.refetch().catch(() => undefined);
  };
  const showMore = () => {
    fetchMore({ variables: { after: pageInfo?.endCursor } }).catch((failure: unknown) => tellError(explain(failure)));
  };

  return (
    <ListPage
      title="Mails"
      tabs={
        <nav aria-label="Which mails" className="tabs">
          {MAIL_LISTS.map(({ id, label }) => (
            <Link
              key={id}
              href={hrefOf({ list: id, to })}
              replace
              className="tab"
              aria-current={id === list ? 'page' : undefined}
            >
              {label} <span>{countOf(id)}</span>
            </Link>
          ))}
        </nav>
      }
      tools={
        <>
          {isStaff && <RecipientPicker to={to} list={list} />}
          <button type="button" className="button small" disabled={loading} onClick={reload}>
            <Icon name="history" /> Load again
          </button>
        </>
      }
      loading={loading}
      error={data ? undefined : error}
      empty={mails?.length === 0 ? (MAIL_LISTS.find(({ id }) => id === list)?.empty ?? '') : null}
    >
      {mails && mails.length > 0 && (
        <MailTable mails={mails} isStaff={isStaff} onSettled={() => void counts.refetch().catch(() => undefined)} />
      )}
      {pageInfo?.hasNextPage === true && (
        <button type="button" className="button more" disabled={loading} onClick={showMore}>
          Show more
        </button>
      )}
    </ListPage>
  );
}

/** Chooses the recipient whose mails are listed. */
function RecipientPicker({ list, to }: ReturnType<typeof useMailsAddress>) {
  const [, navigate] = useLocation();
  const picked = to ?? NONE;
  const nameOf = useNames([picked], 'Everybody');
  return (
    <Picker
      label="To"
      options={findPeopleOrEverybody}
      selected={[picked]}
      onPick={(id) => navigate(hrefOf({ list, to: id === NONE ? null : id }), { replace: true })}
    >
      <span className="clip">{nameOf([picked])}</span> <Icon name="chevron" />
    </Picker>
  );
}
