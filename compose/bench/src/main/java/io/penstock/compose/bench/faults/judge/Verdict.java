package io.penstock.compose.bench.faults.judge;

import io.penstock.schemas.ServiceClass;
import java.util.List;
import java.util.Map;

/**
 * What the ledger says of a run. Times are in milliseconds.
 *
 * @param accepted requests
 * @param results terminal results of accepted requests, each id once
 * @param lost ids of accepted requests without a result
 * @param duplicates ids with several
 * @param strangers ids with a result that nobody accepted
 * @param vanished ids that Kafka acknowledged and that are not on their topic
 * @param reexecuted times that a request was leased again though its worker did not give it back
 * @param released times that a worker gave a request back
 * @param inFlight leases that were held when a fault began, of all faults together
 * @param unexplained of those leased again, the ones whose attempt before was open in no fault
 * @param statuses results by their status
 * @param longestGap by class, the longest time without a result while some waited
 * @param byFault what each fault came to, in their order
 */
public record Verdict(
    long accepted,
    long results,
    List<String> lost,
    List<String> duplicates,
    List<String> strangers,
    List<String> vanished,
    long reexecuted,
    long released,
    long inFlight,
    List<String> unexplained,
    Map<String, Long> statuses,
    Map<ServiceClass, Long> longestGap,
    List<FaultEffect> byFault) {

  /**
   * What a fault came to.
   *
   * @param gap by class, the longest one that lay at least partly between its begin and the next
   * @param inFlight leases that were held when it began
   * @param released from the death of a worker to the last new lease of what it held; -1 if it held
   *     nothing or no worker died
   */
  public record FaultEffect(
      FaultRecord fault, Map<ServiceClass, Long> gap, long inFlight, long released) {}
}
