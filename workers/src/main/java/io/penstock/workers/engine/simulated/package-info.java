/**
 * An engine that answers with filler text after the time a GPU would have taken. {@link
 * io.penstock.workers.engine.simulated.BatchingModel} is its physics, without threads or a clock,
 * so that a simulator can drive it too.
 */
package io.penstock.workers.engine.simulated;
