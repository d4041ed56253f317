import { describe, expect, it } from 'vitest';
import { parseCpuList } from './cpu';
import { patchSetRegset } from './kernel';
import { findDirector, findMachine, layoutLab } from './layout';
import { printKeyDisk, umlArguments } from './uml-arguments';

describe('umlArguments', () => {
  it('starts director2 with its layer, its three cards and its addresses', () => {
    const host = findDirector(layoutLab(), 'director2');
    expect(umlArguments({ kernel: '/k', rootImage: '/i/root.img', runFolder: '/run/x', host })).toEqual([
      '/k',
      'seccomp=on',
      'mem=256M',
      'root=/dev/ubda',
      'rw',
      'ubd0=/run/x/director2.cow,/i/root.img',
      'ubd1r=/run/x/authorized-keys.disk',
      'vec0:transport=tap,ifname=mgmt2,depth=64,mac=52:54:00:4c:02:00',
      'vec1:transport=tap,ifname=ext2,depth=64,mac=52:54:00:4c:02:01',
      'vec2:transport=tap,ifname=int2,depth=64,mac=52:54:00:4c:02:02',
      'con=null',
      'con0=null,fd:1',
      'con1=null',
      'ssl0=pts',
      'quiet',
      'systemd.show_status=0',
      'umid=director2',
      'uml_dir=/run/x',
      'lab.name=director2',
      'lab.if=vec0,mgmt0,10.99.0.12/24',
      'lab.if=vec1,eth0,192.168.7.5/24,2001:db8:7::5/64',
      'lab.if=vec2,eth1,192.168.6.5/24,2001:db8:6::5/64',
      'lab.route=default,192.168.7.1',
      'lab.route=default,2001:db8:7::1',
    ]);
  });

  it('gives a real server one card beside management, less memory, and its program', () => {
    const words = (directReturn: boolean) => {
      const host = findMachine(layoutLab({ umlRealServers: 1, directReturn }), 'rs3');
      return umlArguments({ kernel: '/k', rootImage: '/i/root.img', runFolder: '/run/x', host }).filter((word) =>
        /^(mem|lab\.)/.test(word),
      );
    };
    const head = [
      'mem=128M',
      'lab.name=rs3',
      'lab.if=vec0,mgmt0,10.99.0.13/24',
      'lab.if=vec1,eth0,192.168.6.20/24,2001:db8:6::20/64',
    ];
    expect(words(false)).toEqual([
      ...head,
      'lab.route=default,192.168.6.240',
      'lab.route=default,2001:db8:6::240',
      'lab.serve=rs3',
    ]);
    expect(words(true)).toEqual([
      ...head,
      'lab.route=default,192.168.6.1',
      'lab.route=default,2001:db8:6::1',
      'lab.serve=rs3',
    ]);
  });
});

describe('printKeyDisk', () => {
  it.each([
    { keys: [], size: 512 },
    { keys: ['ssh-ed25519 AAAA one\n'], size: 512 },
    { keys: ['x'.repeat(511), 'y'], size: 1024 },
  ])('fills whole sectors and loses no key ($size bytes)', ({ keys, size }) => {
    const text = printKeyDisk(keys);
    expect(text.length).toBe(size);
    expect(text.split('\n').filter(Boolean)).toEqual(keys.map((key) => key.trim()));
  });
});

describe('parseCpuList', () => {
  it.each([
    ['0', [0]],
    ['0-1', [0, 1]],
    ['0-1,4,6-7\n', [0, 1, 4, 6, 7]],
  ])('%j', (text, cpus) => expect(parseCpuList(text)).toEqual(cpus));
});

describe('patchSetRegset', () => {
  const store = (length: number, request: number) =>
    Buffer.from([0x48, 0xc7, 0x45, 0xf8, length & 0xff, length >> 8, 0, 0, 0xbf, request, 0x42, 0, 0]);
  const [get, set] = [store(2696, 4), store(2696, 5)];

  it('changes the length of what is written to a process, not of what is read', () => {
    const patched = patchSetRegset(Buffer.concat([get, Buffer.from('code'), set]));
    expect(patched).toEqual(Buffer.concat([get, Buffer.from('code'), store(0x4000, 5)]));
  });

  it.each([
    ['absent', Buffer.concat([get])],
    ['there twice', Buffer.concat([set, set])],
  ])('refuses a kernel where the place is %s', (_where, kernel) => {
    expect(() => patchSetRegset(kernel)).toThrow('known places');
  });
});
