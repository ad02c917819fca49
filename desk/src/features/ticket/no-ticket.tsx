import { Link } from 'wouter';
import { explain } from '../../app/api.js';
import { TextArea } from '../../ui/field.js';
import { useCommentDrafts } from './comment-drafts.js';

/** In place of a ticket that is not there, also when it went while somebody was writing about it. */
export function NoTicket({ number, error }: { number: number; error: unknown }) {
  const drafts = useCommentDrafts(number);
  return (
    <div className="screen-empty">
      <h1>{error ? 'This did not work' : `There is no ticket #${number} for you`}</h1>
      <p>{error ? explain(error) : 'It does not exist, was deleted, or is not for you to see.'}</p>
      {[drafts.reply, drafts.note]
        .filter(({ text }) => text !== '')
        .map(({ id, text, write }) => (
          <div key={id} className="left-draft">
            <TextArea label="What you were writing about it" readOnly rows={6} value={text} />
            <button type="button" className="button small" onClick={() => write('')}>
              Throw it away
            </button>
          </div>
        ))}
      <p>
        <Link href="/tickets">Back to the tickets</Link>
      </p>
    </div>
  );
}
