import { useQuery } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import { explain } from '../../app/api.js';
import { useViewer } from '../../app/session-context.js';
import { areViewsCounted, refreshViewCounts } from '../../app/view-counts.js';
import { QueueDocument } from '../../generated/graphql.js';
import { ListHead } from '../../ui/list-head.js';
import { useSettled } from '../../ui/use-settled.js';
import { useTitle } from '../../ui/use-title.js';
import { filterCount, filterOf, orderOf, ORDERS, useQueueAddress } from './address.js';
import { DeletedList } from './deleted-list.js';
import { QueueList } from './queue-list.js';
import { QueueTools } from './queue-tools.js';
import { useHeld } from './use-held.js';
import { useLiveQueue } from './use-live-queue.js';
import { viewsOf } from '../../app/views.js';
import './queue.css';

const PAGE_SIZE = 50;
/** The maximum size of a page in the API. */
const MAX_PAGE_SIZE = 100;

export function QueuePage() {
  const viewer = useViewer();
  const [address, change] = useQueueAddress(viewer);
  const search = useSettled(address.search);
  const heading = viewsOf(viewer).find(({ id }) => id === address.view)?.label ?? '';
  useTitle(heading);
  const shown = { ...address, search: address.search === '' ? '' : search };
  const filter = filterOf(shown);
  const { data, previousData, loading, error, fetchMore, refetch } = useQuery(QueueDocument, {
    variables: {
      filter,
      orderBy: ORDERS[orderOf(shown)].order,
      first: PAGE_SIZE,
      deleted: address.view === 'deleted',
    },
  });
  // The rows before stay until the new ones are there: nothing flickers while somebody types.
  const tickets = (data ?? (error ? undefined : previousData))?.tickets;
  const nodes = tickets?.edges.map(({ node }) => node) ?? [];

  // Tickets may have been changed elsewhere in the desk before.
  useEffect(() => {
    if (areViewsCounted()) refreshViewCounts();
  }, []);

  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  /** As many rows as there are, so that nothing that was loaded goes away. */
  const reload = async () => {
    const first = Math.min(MAX_PAGE_SIZE, Math.max(PAGE_SIZE, tickets?.edges.length ?? 0));
    refreshViewCounts();
    await refetch({ first });
  };
  const { isHeld, pointer, focus } = useHeld();
  const { hasNews, showNews } = useLiveQueue({ filter, since: data?.changeCursor, isHeld, reload });

  return (
    <div className="list-page">
      <ListHead title={heading} total={tickets?.totalCount} tools={<QueueTools address={address} onChange={change} />}>
        <div role="status" {...pointer}>
          <button type="button" className="button small news" data-shown={hasNews} onClick={showNews}>
            Show what changed
          </button>
        </div>
      </ListHead>
      {error && !tickets && (
        <p className="notice" role="alert">
          {explain(error)}
        </p>
      )}
      <div aria-busy={loading} className="queue-body" {...pointer} {...focus}>
        {nodes.length > 0 &&
          (address.view === 'deleted' ? (
            <DeletedList tickets={nodes} />
          ) : (
            <QueueList tickets={nodes} selected={selected} onSelect={setSelected} onChanged={() => void reload()} />
          ))}
        {tickets && tickets.edges.length === 0 && !loading && (
          <EmptyQueue searched={address.search !== '' || filterCount(address) > 0} />
        )}
        {tickets?.pageInfo.hasNextPage && (
          <button
            type="button"
            className="button more"
            disabled={loading}
            onClick={() => void fetchMore({ variables: { after: tickets.pageInfo.endCursor } })}
          >
            Show more
          </button>
        )}
      </div>
    </div>
  );
}

function EmptyQueue({ searched }: { searched: boolean }) {
  return (
    <div className="screen-empty">
      <p>
        <strong>{searched ? 'No ticket matches.' : 'Nothing here.'}</strong>
      </p>
      <p>{searched ? 'Try fewer words or filters, or look in All.' : 'Tickets show here as soon as there are any.'}</p>
    </div>
  );
}
