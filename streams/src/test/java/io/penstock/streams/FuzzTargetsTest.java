package io.penstock.streams;

import io.penstock.schemas.fuzz.FuzzTargets;

class FuzzTargetsTest extends FuzzTargets {}
