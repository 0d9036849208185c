package alert

// Attribute names of the alert.
const (
	attrID                  = "exfil.alert.id"
	attrStatus              = "exfil.alert.status"
	attrScore               = "exfil.score"
	attrPrior               = "exfil.score.prior"
	attrBytes               = "exfil.bytes"
	attrDestinationAddress  = "exfil.destination.address"
	attrDestinationPort     = "exfil.destination.port"
	attrDestinationDomain   = "exfil.destination.domain"
	attrDestinationProtocol = "exfil.destination.protocol"
	attrFirstSeen           = "exfil.first_seen"
	attrLastSeen            = "exfil.last_seen"
	attrTechniques          = "exfil.techniques"
	attrTactic              = "exfil.tactic"
	attrEvidence            = "exfil.evidence"
	attrPID                 = "exfil.process.pid"
	attrParentPID           = "exfil.process.parent_pid"
	attrExecutable          = "exfil.process.executable.path"
	attrCommandLine         = "exfil.process.command_line"
	attrFiles               = "exfil.files"
	attrLost                = "exfil.observer.lost"
)

// Attribute names of the strongest rule, from semconv's security_rule.
const (
	attrRuleName        = "security_rule.name"
	attrRuleCategory    = "security_rule.category"
	attrRuleDescription = "security_rule.description"
	attrRuleReference   = "security_rule.reference"
	attrRuleVersion     = "security_rule.version"
	attrRulesetName     = "security_rule.ruleset.name"
)

// rulesetName is the value of security_rule.ruleset.name.
const rulesetName = "otelcol-exfil"

// Keys of one map of exfil.evidence.
const (
	keyRule      = "rule"
	keyTechnique = "technique"
	keyObserved  = "observed"
	keyThreshold = "threshold"
	keyBaseline  = "baseline"
	keyUnit      = "unit"
	keySentence  = "sentence"
	keyScore     = "score"
	keyWeight    = "weight"
	keyFamily    = "family"
)
