package io.penstock.broker.batches.run;

import io.penstock.broker.batches.input.InputLimits;
import io.penstock.broker.batches.lifecycle.BatchMachine;
import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.files.FileRecord;
import io.penstock.broker.home.RequestGateway;
import io.penstock.broker.webhooks.delivery.EventAnnouncer;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * What all batches that an instance runs have in common.
 *
 * @param machine decides what becomes of a batch
 * @param limits how large a batch and its requests may be
 * @param judging reads an input file when its turn has come
 * @param lineLimits what the key that made a batch may use
 * @param freeSlots how many more requests of a model could start at once
 * @param blobs where files lie
 * @param gateway takes requests
 * @param retention how long files are kept where a batch does not say
 * @param newFiles receives each file that a batch has written, once its record lasts
 * @param announcer tells of the end of batches
 */
public record BatchRuntime(
    BatchMachine machine,
    InputLimits limits,
    InputJudging judging,
    LineLimits lineLimits,
    ToIntFunction<String> freeSlots,
    BlobStore blobs,
    RequestGateway gateway,
    Duration retention,
    Consumer<FileRecord> newFiles,
    EventAnnouncer announcer) {}
