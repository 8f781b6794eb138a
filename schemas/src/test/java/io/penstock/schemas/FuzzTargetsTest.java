package io.penstock.schemas;

import io.penstock.schemas.fuzz.FuzzTargets;

class FuzzTargetsTest extends FuzzTargets {}
