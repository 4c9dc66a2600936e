// What an approval is about: the platform's title tells the kind and then the thing.
interface Approval {
  kindName: string;
  title: string;
}

/** The thing without the kind, which stands beside it. */
export function objectOf({ kindName, title }: Approval): string {
  return title.startsWith(`${kindName}：`) ? title.slice(kindName.length + 1) : title;
}
