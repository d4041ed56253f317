// The few requests of better-auth that the browser makes: sign in and sign out.
type Words = { message: string; next: string };
export type Refusal = Words & { ok: false };
export type SignInResult = { ok: true } | Refusal;

const signInWords: Record<number, Words> = {
  401: { message: 'E-mail or password is wrong.', next: 'Try again, or ask an administrator for a one-time link.' },
  403: { message: 'This account may not sign in.', next: 'Ask an administrator whether it is disabled.' },
  429: { message: 'Too many attempts.', next: 'Wait a minute, then try again.' },
};

async function post(path: string, body: unknown, words: Record<number, Words> = {}): Promise<SignInResult> {
  try {
    const response = await fetch(`/api/auth${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
    if (response.ok) return { ok: true };
    const answer: unknown = await response.json().catch(() => undefined);
    const told =
      typeof answer === 'object' && answer !== null && 'message' in answer
        ? String(answer.message)
        : `Status ${response.status}.`;
    return { ok: false, ...(words[response.status] ?? { message: told, next: 'Try again.' }) };
  } catch {
    return { ok: false, message: 'The console did not answer.', next: 'Check the network, then try again.' };
  }
}

export function signIn(email: string, password: string): Promise<SignInResult> {
  return post('/sign-in/email', { email, password }, signInWords);
}

export function signOut(): Promise<SignInResult> {
  return post('/sign-out', {});
}
