// Every check of a topology in one stable order: what did not resolve first, then what is wrong with what did.
import { checkNeverFailing, checkNeverSucceeding } from './checks/blind-checks';
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
import {
  checkFallbackFamilies,
  checkFallbackIsRealServer,
  checkFallbackNetworks,
  checkFallbackPorts,
} from './checks/fallbacks';
import {
  checkExternalFamilies,
  checkHeartbeatFamilies,
  checkInternalFamilies,
  checkMixedFamilies,
  checkPoolFamilies,
  checkSecondAddresses,
} from './checks/families';
import { checkTunnelMtu } from './checks/forwarding';
import { checkFragments } from './checks/fragments';
import { checkFtp, checkFtpControlPort, checkFtpData, checkFtpPersistence } from './checks/ftp';
import {
  checkCommands,
  checkHealthCheckStack,
  checkHealthCheckTexts,
  checkNegotiate,
  checkPortAndPorts,
  checkReceive,
  checkUnusedFields,
} from './checks/health-check-fields';
import {
  checkExternalChecks,
  checkHealthCheckCoverage,
  checkHealthCheckOff,
  checkHealthCheckPort,
  checkHealthCheckProtocols,
  checkHealthCheckTimes,
} from './checks/health-checks';
import { checkHostAddresses } from './checks/host-addresses';
import { checkExternalVirtualAddress, checkLockouts } from './checks/lockout';
import { checkDuplicateMarks, checkMarkTooLarge, checkMarkZero, checkReservedMarks } from './checks/marks';
import { checkMatchInterfaces, checkSourceFamilies, checkSourceNeighbours } from './checks/match-conditions';
import {
  checkDeadGroups,
  checkGroupsWithoutMatch,
  checkOverlappingMatches,
  checkPortsWithoutProtocol,
  checkRedundantMatches,
  checkShadowedMatches,
} from './checks/matches';
import { checkDirectorNames, checkDuplicateNames, checkObjectNames, checkTopologyName } from './checks/names';
import { checkOverrides } from './checks/overrides';
import { checkPersistenceNetmask, checkPersistenceTimeout } from './checks/persistence';
import { checkConnectedNetworks, checkPlainRangeHosts, checkPlainRangeSizes } from './checks/plain-ranges';
import {
  checkDuplicateRealServers,
  checkEmptyPools,
  checkPoolWeights,
  checkRealServerNetworks,
  checkRealServerPorts,
  checkUnusedPools,
} from './checks/pools';
import { checkPortNumbers } from './checks/ports';
import {
  checkPartlyMarkedPorts,
  checkPartlyMarkedRanges,
  checkUnicastRanges,
  checkUnusedRanges,
} from './checks/ranges';
import { checkPackaged, checkRulesHome } from './checks/rules-home';
import {
  checkOnePacket,
  checkOnePacketReplies,
  checkOverflowScheduler,
  checkSchedulerFlags,
} from './checks/schedulers';
import { checkDirectorsAsRealServers } from './checks/streamlined';
import { checkSyncId } from './checks/sync-ids';
import { checkThresholds } from './checks/thresholds';
import {
  checkDuplicateGateways,
  checkGateways,
  checkVirtualAddressHolders,
  checkVirtualAddressNetworks,
} from './checks/virtual-addresses';
import { checkVrrpAdverts, checkVrrpIds, checkVrrpUnused } from './checks/vrrp';
import type { Diagnostic } from './diagnostic';
import type { TopologyDocument } from './document';
import { resolveDocument } from './resolve';

const CHECKS: readonly Check[] = [
  checkTopologyName,
  checkDirectorNames,
  checkObjectNames,
  checkDuplicateNames,
  checkPortNumbers,
  checkRulesHome,
  checkPackaged,
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
  checkSyncId,
  checkSecondAddresses,
  checkHeartbeatFamilies,
  checkVrrpIds,
  checkVrrpAdverts,
  checkVrrpUnused,
  checkGateways,
  checkDuplicateGateways,
  checkUnicastRanges,
  checkLockouts,
  checkExternalVirtualAddress,
  checkConnectedNetworks,
  checkPlainRangeSizes,
  checkPlainRangeHosts,
  checkMarkZero,
  checkMarkTooLarge,
  checkDuplicateMarks,
  checkReservedMarks,
  checkGroupsWithoutMatch,
  checkPortsWithoutProtocol,
  checkSourceFamilies,
  checkSourceNeighbours,
  checkMatchInterfaces,
  checkOverlappingMatches,
  checkDeadGroups,
  checkShadowedMatches,
  checkRedundantMatches,
  checkOverrides,
  checkMixedFamilies,
  checkExternalFamilies,
  checkInternalFamilies,
  checkPoolFamilies,
  checkEmptyPools,
  checkUnusedPools,
  checkPoolWeights,
  checkDuplicateRealServers,
  checkDirectorsAsRealServers,
  checkRealServerNetworks,
  checkRealServerPorts,
  checkThresholds,
  checkTunnelMtu,
  checkFallbackFamilies,
  checkFallbackPorts,
  checkFallbackNetworks,
  checkFallbackIsRealServer,
  checkSchedulerFlags,
  checkOverflowScheduler,
  checkOnePacket,
  checkOnePacketReplies,
  checkHealthCheckStack,
  checkPortAndPorts,
  checkHealthCheckPort,
  checkNegotiate,
  checkNeverSucceeding,
  checkNeverFailing,
  checkUnusedFields,
  checkCommands,
  checkExternalChecks,
  checkHealthCheckTimes,
  checkHealthCheckTexts,
  checkReceive,
  checkHealthCheckOff,
  checkHealthCheckProtocols,
  checkHealthCheckCoverage,
  checkPersistenceTimeout,
  checkPersistenceNetmask,
  checkFtp,
  checkFtpControlPort,
  checkFtpData,
  checkFtpPersistence,
  checkFragments,
  checkUnusedRanges,
  checkPartlyMarkedRanges,
  checkPartlyMarkedPorts,
];

/** Works on drafts: what did not resolve is reported once and no check guesses about it. */
export function checkTopology(document: TopologyDocument): Diagnostic[] {
  const { resolution, diagnostics } = resolveDocument(document);
  return [...diagnostics, ...CHECKS.flatMap((check) => check(resolution))];
}
