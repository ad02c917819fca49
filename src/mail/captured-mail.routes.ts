import type { FastifyInstance, FastifyReply } from 'fastify';
import { isLoopback } from '../http/loopback.js';
import { capturedMailListPage, capturedMailNotFoundPage, capturedMailPage } from './captured-mail.pages.js';
import { listCapturedMailFiles, parseCapturedMail, readCapturedMail } from './captured-mail.store.js';

/** Each listed mail is parsed for the page; older ones are in the folder. */
const MAX_LISTED = 100;

const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** For the mail itself: opened outside its frame it is in a sandbox all the same, and it can fetch nothing. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

interface MailParameters {
  Params: { file: string };
}

interface CapturedMailOptions {
  directory: string;
  /** The name under which people reach the server from elsewhere. */
  publicHost: string;
}

/**
 * Shows captured mails to everybody who reaches the server: GET /mail, /mail/:file, /mail/:file/html and
 * /mail/:file/raw. A development aid, to be mounted only when mails are captured instead of sent.
 */
export async function capturedMailRoutes(
  app: FastifyInstance,
  { directory, publicHost }: CapturedMailOptions,
): Promise<void> {
  app.addHook('onRequest', async ({ ip, hostname }, reply) => {
    // A page elsewhere can give its own name this machine's address, and would read the mails as its own (DNS rebinding).
    if (!isLoopback(ip) || isLoopback(hostname) || hostname === publicHost) return;
    await reply.status(403).send({ error: 'Captured mails are shown under the address of this server only.' });
  });

  app.get('/mail', async (_request, reply) => {
    const files = await listCapturedMailFiles(directory);
    const mails = await Promise.all(files.slice(0, MAX_LISTED).map(parsedMail));
    return sendPage(
      reply,
      capturedMailListPage(
        mails.filter((mail) => mail !== undefined),
        files.length,
      ),
    );
  });

  app.get<MailParameters>('/mail/:file', async (request, reply) => {
    const mail = await parsedMail(request.params.file);
    return mail === undefined ? sendNotFound(reply, '../mail') : sendPage(reply, capturedMailPage(mail));
  });

  app.get<MailParameters>('/mail/:file/html', async (request, reply) => {
    const mail = await parsedMail(request.params.file);
    return mail?.html === undefined ? sendNotFound(reply, '../../mail') : sendPage(reply, mail.html, MAIL_POLICY);
  });

  app.get<MailParameters>('/mail/:file/raw', async (request, reply) => {
    const { file } = request.params;
    const message = await readCapturedMail(directory, file);
    if (message === undefined) return sendNotFound(reply, '../../mail');
    return reply
      .header('Content-Security-Policy', PAGE_POLICY)
      .type('message/rfc822')
      .header('Content-Disposition', `attachment; filename="${file}"`)
      .send(message);
  });

  async function parsedMail(file: string) {
    const message = await readCapturedMail(directory, file);
    return message === undefined ? undefined : parseCapturedMail(file, message);
  }
}

function sendPage(reply: FastifyReply, page: string, policy = PAGE_POLICY): FastifyReply {
  return reply.header('Content-Security-Policy', policy).type('text/html; charset=utf-8').send(page);
}

function sendNotFound(reply: FastifyReply, list: string): FastifyReply {
  return sendPage(reply.code(404), capturedMailNotFoundPage(list));
}
