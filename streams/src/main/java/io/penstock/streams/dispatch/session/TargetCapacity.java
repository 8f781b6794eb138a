package io.penstock.streams.dispatch.session;

import java.util.OptionalDouble;

/**
 * The capacity of the live workers of one target together.
 *
 * @param workers how many there are
 * @param slots requests that they run at once
 * @param prefillTokensPerSecond how fast they read prompts, all together, as observed or else
 *     assumed; 0 if there are none
 * @param decodeTokensPerSecond how fast one of them generates one sequence, in the mean, as
 *     observed or else assumed; 0 if there are none
 * @param observedPrefill the former as observed: where some have not observed theirs, they are
 *     taken to be as fast as the others; empty if none has
 * @param observedDecode the latter as observed; empty if none has
 */
public record TargetCapacity(
    int workers,
    int slots,
    double prefillTokensPerSecond,
    double decodeTokensPerSecond,
    OptionalDouble observedPrefill,
    OptionalDouble observedDecode) {}
