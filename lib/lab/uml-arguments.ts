// The command line of a director: User-mode Linux's own options, then what lab-init inside reads.
import { gatewayAddress, labFiles, type DirectorHost } from './layout';

export type UmlInputs = { kernel: string; rootImage: string; runFolder: string; director: DirectorHost };

export function umlArguments({ kernel, rootImage, runFolder, director }: UmlInputs): string[] {
  const files = labFiles(runFolder);
  const nets = [
    { tap: `mgmt${director.number}`, address: director.management, name: 'mgmt0' },
    { tap: `ext${director.number}`, address: director.external, name: 'eth0' },
    { tap: `int${director.number}`, address: director.internal, name: 'eth1' },
  ];
  return [
    kernel,
    'mem=256M',
    'root=/dev/ubda',
    'rw',
    // The layer keeps what this director wrote; the image below it is shared and read only.
    `ubd0=${files.disk(director.name)},${rootImage}`,
    // Text, not a file system: public keys for lab-init.
    `ubd1r=${files.keys}`,
    // A card keeps its address over a power cut: with a random one the neighbours would send to the old one for half a minute.
    ...nets.map(({ tap }, index) => `vec${index}:transport=tap,ifname=${tap},depth=64,mac=${macOf(director, index)}`),
    // A console that is a file: no terminal to be found, read or left in a mess.
    'con=null',
    'con0=null,fd:1',
    'con1=null',
    'quiet',
    'systemd.show_status=0',
    `umid=${director.name}`,
    `uml_dir=${runFolder}`,
    `lab.name=${director.name}`,
    ...nets.map(({ address, name }, index) => `lab.if=vec${index},${address}/24,${name}`),
    `lab.route=default,${gatewayAddress}`,
  ];
}

const macOf = ({ number }: DirectorHost, index: number): string => `52:54:00:4c:0${number}:0${index}`;

/** A disk is read in sectors of 512 bytes: filled up with empty lines. */
export function printKeyDisk(keys: readonly string[]): string {
  const text = keys.map((key) => `${key.trim()}\n`).join('');
  return text.padEnd(Math.max(1, Math.ceil(text.length / 512)) * 512, '\n');
}
