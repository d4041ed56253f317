// Every check of a topology in one stable order: what did not resolve first, then what is wrong with what did.
import type { Check } from './checks/check';
import {
  checkDirectorAddresses,
  checkDirectorCount,
  checkDirectorNetworks,
  checkInterfaces,
  checkManagement,
  checkOneInterface,
  checkOverlappingNetworks,
  checkSameInterfaces,
} from './checks/directors';
import { checkFtp } from './checks/ftp';
import {
  checkHealthCheckCoverage,
  checkHealthCheckOff,
  checkHealthCheckPort,
  checkHealthCheckTexts,
  checkHealthCheckTimes,
  checkNegotiate,
} from './checks/health-checks';
import { checkHostAddresses } from './checks/host-addresses';
import { checkConnectedNetworks, checkExternalVirtualAddress, checkLockouts } from './checks/lockout';
import { checkDuplicateMarks, checkMarkTooLarge, checkMarkZero, checkReservedMarks } from './checks/marks';
import {
  checkDeadGroups,
  checkGroupsWithoutMatch,
  checkOverlappingMatches,
  checkPortsWithoutProtocol,
  checkRedundantMatches,
} from './checks/matches';
import { checkDirectorNames, checkDuplicateNames, checkObjectNames, checkTopologyName } from './checks/names';
import { checkOverrides } from './checks/overrides';
import { checkPersistenceNetmask, checkPersistenceTimeout } from './checks/persistence';
import {
  checkDuplicateRealServers,
  checkEmptyPools,
  checkPoolFamilies,
  checkPoolWeights,
  checkRealServerNetworks,
  checkRealServerPorts,
  checkUnusedPools,
} from './checks/pools';
import { checkPortNumbers } from './checks/ports';
import {
  checkMixedFamilies,
  checkPartlyMarkedPorts,
  checkPartlyMarkedRanges,
  checkUnicastRanges,
  checkUnusedRanges,
} from './checks/ranges';
import {
  checkDuplicateGateways,
  checkGateways,
  checkVirtualAddressHolders,
  checkVirtualAddressNetworks,
} from './checks/virtual-addresses';
import type { Diagnostic } from './diagnostic';
import type { TopologyDocument } from './document';
import { resolveDocument } from './resolve';

const CHECKS: readonly Check[] = [
  checkTopologyName,
  checkDirectorNames,
  checkObjectNames,
  checkDuplicateNames,
  checkPortNumbers,
  checkDirectorCount,
  checkInterfaces,
  checkSameInterfaces,
  checkOneInterface,
  checkDirectorAddresses,
  checkDirectorNetworks,
  checkOverlappingNetworks,
  checkManagement,
  checkHostAddresses,
  checkVirtualAddressNetworks,
  checkVirtualAddressHolders,
  checkGateways,
  checkDuplicateGateways,
  checkUnicastRanges,
  checkLockouts,
  checkExternalVirtualAddress,
  checkConnectedNetworks,
  checkMarkZero,
  checkMarkTooLarge,
  checkDuplicateMarks,
  checkReservedMarks,
  checkGroupsWithoutMatch,
  checkPortsWithoutProtocol,
  checkOverlappingMatches,
  checkDeadGroups,
  checkRedundantMatches,
  checkOverrides,
  checkMixedFamilies,
  checkPoolFamilies,
  checkEmptyPools,
  checkUnusedPools,
  checkPoolWeights,
  checkDuplicateRealServers,
  checkRealServerNetworks,
  checkRealServerPorts,
  checkHealthCheckPort,
  checkNegotiate,
  checkHealthCheckTimes,
  checkHealthCheckTexts,
  checkHealthCheckOff,
  checkHealthCheckCoverage,
  checkPersistenceTimeout,
  checkPersistenceNetmask,
  checkFtp,
  checkUnusedRanges,
  checkPartlyMarkedRanges,
  checkPartlyMarkedPorts,
];

/** Works on drafts: what did not resolve is reported once and no check guesses about it. */
export function checkTopology(document: TopologyDocument): Diagnostic[] {
  const { resolution, diagnostics } = resolveDocument(document);
  return [...diagnostics, ...CHECKS.flatMap((check) => check(resolution))];
}
