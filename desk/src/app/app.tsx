import { ApolloProvider } from '@apollo/client/react';
import { lazy } from 'react';
import { Redirect, Route, Router, Switch } from 'wouter';
import { NewTicketPage } from '../features/new-ticket/new-ticket-page.js';
import { QueuePage } from '../features/queue/queue-page.js';
import { TicketPage } from '../features/ticket/ticket-page.js';
import { apollo } from './api.js';
import { LoadedScreen } from './loaded-screen.js';
import { SCREENS } from './screens.js';
import { SignedIn } from './session-context.js';
import { basePath } from './settings.js';
import { Shell } from './shell.js';

const MePage = lazy(async () => ({ default: (await import('../features/me/me-page.js')).MePage }));

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
              <Route path="/me">
                <LoadedScreen>
                  <MePage />
                </LoadedScreen>
              </Route>
              {SCREENS.flatMap(({ paths, Page }) =>
                paths.map((path) => (
                  <Route key={path} path={`${path}/*?`}>
                    <LoadedScreen>
                      <Page />
                    </LoadedScreen>
                  </Route>
                )),
              )}
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
