// The front door leads to the topologies.
import { redirect } from 'next/navigation';

export default function FrontPage() {
  redirect('/topologies');
}
