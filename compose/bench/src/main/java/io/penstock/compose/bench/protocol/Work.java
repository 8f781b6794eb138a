package io.penstock.compose.bench.protocol;

import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;

/** A record of a work topic, without the payload. */
record Work(ScoredFacts facts, ServiceClass serviceClass) {}
