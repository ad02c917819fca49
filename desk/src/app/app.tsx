import { ApolloProvider } from '@apollo/client/react';
import { Redirect, Route, Router, Switch } from 'wouter';
import { NewTicketPage } from '../features/new-ticket/new-ticket-page.js';
import { QueuePage } from '../features/queue/queue-page.js';
import { TicketPage } from '../features/ticket/ticket-page.js';
import { apollo } from './api.js';
import { lazyPage } from './lazy-page.js';
import { SignedIn } from './session-context.js';
import { basePath } from './settings.js';
import { Shell } from './shell.js';

const MePage = lazyPage(async () => (await import('../features/me/me-page.js')).MePage);
const MailsPage = lazyPage(async () => (await import('../features/mails/mails-page.js')).MailsPage);

export function App() {
  return (
    <ApolloProvider client={apollo}>
      <Router base={basePath}>
        <SignedIn>
          <Shell>
            <Switch>
              <Route path="/tickets">
                <QueuePage />
              </Route>
              <Route path="/tickets/new">
                <NewTicketPage />
              </Route>
              <Route path="/tickets/:number">
                {({ number }) => <TicketPage key={number} number={Number(number)} />}
              </Route>
              <Route path="/mails">
                <MailsPage />
              </Route>
              <Route path="/me">
                <MePage />
              </Route>
              <Route>
                <Redirect to="/tickets" replace />
              </Route>
            </Switch>
          </Shell>
        </SignedIn>
      </Router>
    </ApolloProvider>
  );
}
