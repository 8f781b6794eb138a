package io.penstock.broker.submission;

import io.penstock.broker.inference.BodyFacts;
import io.penstock.broker.prediction.WaitEstimate;
import io.penstock.schemas.ServiceClass;
import java.time.Instant;
import java.util.Optional;

/**
 * A call that may be submitted.
 *
 * @param call what is asked for
 * @param facts what its body says
 * @param serviceClass its class
 * @param deadline when an answer is worthless, where the caller says so
 * @param estimate what it has to expect
 */
public record JudgedRequest(
    SubmissionRequest call,
    BodyFacts facts,
    ServiceClass serviceClass,
    Optional<Instant> deadline,
    WaitEstimate estimate) {}
