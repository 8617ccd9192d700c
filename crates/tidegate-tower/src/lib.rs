//! Tower layers: authenticate by signed secret, authorize, meter.
