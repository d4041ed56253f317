// A list of plain sentences, or the one that says that there is none.
export function Sentences({ label, sentences, empty }: { label: string; sentences: readonly string[]; empty: string }) {
  if (sentences.length === 0) return <p className="text-muted-foreground">{empty}</p>;
  return (
    <ul aria-label={label} className="flex flex-col gap-1.5">
      {sentences.map((sentence) => (
        <li key={sentence} className="border-l-2 border-primary/60 pl-2 [overflow-wrap:anywhere]">
          {sentence}
        </li>
      ))}
    </ul>
  );
}
