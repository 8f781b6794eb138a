/** Reads and judges the input files of batches, line by line and in bounded memory. */
package io.penstock.broker.batches.input;
