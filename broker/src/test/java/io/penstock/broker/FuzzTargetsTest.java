package io.penstock.broker;

import io.penstock.schemas.fuzz.FuzzTargets;

class FuzzTargetsTest extends FuzzTargets {}
