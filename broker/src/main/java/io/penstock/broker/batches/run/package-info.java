/**
 * Runs batches: carries out what their machine decides, with the log, the store and the clock. One
 * thread runs a batch; others only leave it messages.
 */
package io.penstock.broker.batches.run;
