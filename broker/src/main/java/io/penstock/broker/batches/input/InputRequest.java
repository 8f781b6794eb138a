package io.penstock.broker.batches.input;

import java.nio.ByteBuffer;

/**
 * One request of an input file.
 *
 * @param number counts the requests of the file from 1, without blank lines
 * @param end where the line behind it begins, as an offset in the file
 * @param customId the requester's own name for it
 * @param model the model its body names
 * @param body the bytes of the body as they stand in the file
 */
public record InputRequest(int number, long end, String customId, String model, ByteBuffer body) {}
