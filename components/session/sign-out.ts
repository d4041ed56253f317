// Leaves the console only when the session has really ended: who thinks to be signed out leaves the machine to others.
import { leaveTo } from '@/components/data/leave';
import { signOut, type Refusal } from './sign-in-requests';

/** Resolves with why the session goes on, when it does. */
export async function signOutAndLeave(): Promise<Refusal | undefined> {
  const answer = await signOut();
  if (!answer.ok) return answer;
  leaveTo('/sign-in');
  return undefined;
}
