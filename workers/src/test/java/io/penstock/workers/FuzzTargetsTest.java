package io.penstock.workers;

import io.penstock.schemas.fuzz.FuzzTargets;

class FuzzTargetsTest extends FuzzTargets {}
