import { Icon } from './icon.js';
import './search-box.css';

/** The maximum length of a search in the API. */
const MAX_SEARCH_LENGTH = 200;

interface SearchBoxProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (search: string) => void;
}

export function SearchBox({ label, value, onChange }: SearchBoxProps) {
  return (
    <div className="search-box">
      <Icon name="search" />
      <input
        className="input"
        type="search"
        aria-label={label}
        placeholder="Search"
        size={12}
        maxLength={MAX_SEARCH_LENGTH}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}
