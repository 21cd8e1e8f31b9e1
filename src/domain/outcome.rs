//! The closed lists of a result: routes, reasons, stages. This is the one place that documents
//! them; every label in every result file comes from here.

macro_rules! closed_list {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident => $label:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// All values, in the order in which results show them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Labels of `ALL`, place by place: the words of topologies and results.
            pub const LABELS: &'static [&'static str] = &[$($label,)+];

            /// The label in result files and on the terminal.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }

            /// The value with a label; `None` if none has it.
            pub fn named(label: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.label() == label)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.label())
            }
        }
    };
}

pub(in crate::domain) use closed_list;

closed_list! {
    /// How a message reaches its recipient.
    Route {
        /// IM user to IM user of the same operator.
        OnNet => "on-net",
        /// IM user to IM user of another operator, over their agreement.
        Interworked => "interworked",
        /// IM user to IM user of another operator, through one hub or more.
        Hub => "hub",
        /// To a legacy customer of the sender's own operator.
        SmsOwn => "sms-own",
        /// Converted to SMS by the recipient's IMSP (OMTP use case 2a).
        SmsHome => "sms-home",
        /// Converted by the sender's IMSP, terminated on another network (OMTP use case 2b).
        SmsDirect => "sms-direct",
        /// An SMS answer within one operator.
        SmsReplyOwn => "sms-reply-own",
        /// An SMS answer handed over by the answerer's IMSP (OMTP use case 4a).
        SmsReplyHome => "sms-reply-home",
        /// An SMS answer terminated at the sender's operator as SMS (OMTP use case 4b).
        SmsReplyDirect => "sms-reply-direct",
        /// A message to a group.
        Group => "group",
        /// A short message of a client of an SMSC who is nobody of the federation; live runs alone.
        SmsClient => "sms-client",
    }
}

impl Route {
    /// Whether it takes the message to a client as it was sent; messages to groups apart.
    pub(crate) const fn is_im(self) -> bool {
        match self {
            Self::OnNet | Self::Interworked | Self::Hub => true,
            Self::SmsOwn | Self::SmsHome | Self::SmsDirect | Self::SmsClient => false,
            Self::SmsReplyOwn | Self::SmsReplyHome | Self::SmsReplyDirect | Self::Group => false,
        }
    }

    /// Whether an instant message becomes a short message on it.
    pub(crate) const fn is_sms(self) -> bool {
        match self {
            Self::SmsOwn | Self::SmsHome | Self::SmsDirect | Self::SmsClient => true,
            Self::OnNet | Self::Interworked | Self::Hub => false,
            Self::SmsReplyOwn | Self::SmsReplyHome | Self::SmsReplyDirect | Self::Group => false,
        }
    }

    /// Whether it is that of an answer written as a short message.
    pub(crate) const fn is_answer(self) -> bool {
        match self {
            Self::SmsReplyOwn | Self::SmsReplyHome | Self::SmsReplyDirect => true,
            Self::OnNet | Self::Interworked | Self::Hub | Self::Group => false,
            Self::SmsOwn | Self::SmsHome | Self::SmsDirect | Self::SmsClient => false,
        }
    }

    /// The route of what was sent as an instant message and which the recipient's IMSP converts.
    pub(crate) const fn converted(self) -> Self {
        match self {
            Self::OnNet => Self::SmsOwn,
            Self::Interworked | Self::Hub => Self::SmsHome,
            Self::SmsOwn | Self::SmsHome | Self::SmsDirect | Self::SmsClient => self,
            Self::SmsReplyOwn | Self::SmsReplyHome | Self::SmsReplyDirect | Self::Group => self,
        }
    }
}

closed_list! {
    /// A part of a message's latency. The stages of one message add up to its latency exactly.
    Stage {
        /// From the sender's device to its operator.
        AccessUp => "access_up",
        /// Waiting at an IM server.
        ImQueue => "im_queue",
        /// Service at an IM server.
        ImService => "im_service",
        /// Held until the recipient logs in (offline storage).
        OfflineStore => "offline_store",
        /// Waiting for the rate limit of an agreement.
        RateLimit => "rate_limit",
        /// Waiting for the session with the partner's server to be set up.
        Session => "session",
        /// On the link of an agreement, repetitions included.
        Link => "link",
        /// Waiting and service at a hub.
        Relay => "relay",
        /// Waiting and service at the translator of an IMS operator.
        Translation => "translation",
        /// Waiting for a place in the window of an SMPP session, or for a session; live runs alone.
        Window => "window",
        /// On the way between an IM server and its SMSC, by SMPP; live runs alone.
        Smpp => "smpp",
        /// In somebody else's system, from its acceptance to its receipt or to what it hands on; live runs alone.
        Outside => "outside",
        /// Waiting for the licensed server of an SMSC.
        SmscQueue => "smsc_queue",
        /// Service at the licensed server of an SMSC.
        SmscService => "smsc_service",
        /// Waiting and look-up at an HLR.
        Hlr => "hlr",
        /// Delivery attempt: paging and radio.
        Attempt => "attempt",
        /// Between a failed attempt and the next.
        RetryWait => "retry_wait",
        /// From the recipient's operator to the device.
        AccessDown => "access_down",
    }
}

closed_list! {
    /// Why a message was refused (by a rule, before acceptance) or lost (after it), or why a
    /// request was.
    Reason {
        /// No agreement, hub or SMS network leads to the recipient (RD-1).
        NoRoute => "no_route",
        /// The agreement does not carry the feature (RD-7).
        FeatureNotCarried => "feature_not_carried",
        /// The agreement has no addressing scheme in common use for the request (RD-1).
        Addressing => "addressing",
        /// Text over the limit of a short message (OMTP IM-0030).
        TooLong => "too_long",
        /// Content that the recipient's kind of client cannot take: a legacy customer takes plain
        /// text only (CLI-1).
        ContentType => "content_type",
        /// The sender's client stopped a text that is too long for the recipient (OMTP IM-0040).
        StoppedByClient => "stopped_by_client",
        /// The queue of an IM server is full.
        ImServerFull => "im_server_full",
        /// The queue of a hub is full.
        RelayFull => "relay_full",
        /// The queue of an IMS operator's translator is full.
        TranslatorFull => "translator_full",
        /// The queue of an SMSC is full.
        SmscFull => "smsc_full",
        /// A node that fails by the timeline is down.
        NodeDown => "node_down",
        /// The session with the partner's server was lost before the request got through.
        SessionLost => "session_lost",
        /// A real system has not answered in time; live runs alone.
        Unanswered => "unanswered",
        /// A real system has refused it, for a reason that the model does not know; live runs alone.
        RefusedOutside => "refused_outside",
        /// Over the rate limit of an agreement.
        RateLimited => "rate_limited",
        /// The rate limit's queue is full.
        RateLimitFull => "rate_limit_full",
        /// No reply number is free for this recipient.
        ReplyNumbers => "reply_numbers_exhausted",
        /// The recipient is logged out and messages are not stored.
        Offline => "recipient_offline",
        /// The operator has no SMSC to convert with.
        NoSmsc => "no_smsc",
        /// An SMS answer to a reply number that carries no conversation any more.
        ReplyUnassigned => "reply_unassigned",
        /// An SMS answer that a reused reply number led to somebody else.
        Misdelivered => "misdelivered",
        /// The recipient said no (contact requests).
        Declined => "declined",
        /// Nobody is an IM user by this name or number (IMPS status 531).
        UnknownUser => "unknown_user",
        /// The subscription of the user has lapsed: refused like an unknown one (RD-1).
        SubscriptionLapsed => "subscription_lapsed",
        /// Group messaging is not for legacy customers (OMTP IM-0020).
        LegacyCustomer => "legacy_customer",
        /// The recipient has blocked the sender (CR16-1).
        Blocked => "blocked",
        /// Whoever writes to a group is no member of it (IMPS status 810).
        NotMember => "not_a_member",
    }
}

closed_list! {
    /// What a transfer over an agreement carries, as counted and charged.
    TransferKind {
        /// An instant message (SSP SendMessageRequest).
        Message => "message",
        /// A presence notification.
        Presence => "presence",
        /// A subscription, its refresh or its end.
        Subscribe => "subscribe",
        /// A search for somebody.
        Search => "search",
        /// A request to validate a number (OMTP use case 1a), or, the other way, what a contact has become since
        /// (use case 3).
        Validate => "validate",
        /// A contact request, or that a contact is off the list.
        Contact => "contact",
        /// An invitation to a group, or the leaving of one.
        Group => "group",
        /// What has become of a message, for a sender who asked.
        Report => "report",
        /// The answer to any request.
        Answer => "answer",
        /// A short message on its way to a handset or to a reply number.
        Sms => "sms",
        /// An HLR query for a short message and its answer, reports and alerts included.
        SmsSignalling => "sms_signalling",
        /// A part of the exchanges that set up the session between two servers.
        SetUp => "set_up",
        /// A question whether the other server is there, or its answer.
        KeepAlive => "keep_alive",
    }
}

impl TransferKind {
    /// Whether it is what a user wrote, as an instant or a short message.
    pub(crate) const fn is_written(self) -> bool {
        match self {
            Self::Message | Self::Sms => true,
            Self::Presence | Self::Subscribe | Self::Search | Self::Validate => false,
            Self::Contact | Self::Group | Self::Report | Self::Answer | Self::SmsSignalling => {
                false
            }
            Self::SetUp | Self::KeepAlive => false,
        }
    }
}

closed_list! {
    /// What happens to the session between two servers, as each of them sees it.
    SessionTurn {
        /// It is set up: what waited for it goes.
        SetUp => "set_up",
        /// A set-up came to nothing: no answer in time, or a wrong one.
        Failed => "failed",
        /// It is over: no answer in time, or the other server sets up another.
        Lost => "lost",
    }
}

closed_list! {
    /// What an SMSC handles a short message for.
    SmsOrigin {
        /// An instant message to a legacy customer.
        Fallback => "fallback",
        /// A legacy customer's answer.
        Reply => "reply",
        /// Of a client of the SMSC who is nobody of the federation; live runs alone.
        Client => "client",
    }
}

closed_list! {
    /// How a presence change or a notification travels.
    PresenceScope {
        /// Publisher and watcher at one operator.
        OnNet => "on-net",
        /// Over an agreement.
        Interworked => "interworked",
        /// Through one hub or more.
        Hub => "hub",
    }
}

closed_list! {
    /// Whom a presence notification goes to.
    Channel {
        /// The client of a watcher.
        Client => "client",
        /// Another operator, over an agreement.
        Interconnect => "interconnect",
    }
}

closed_list! {
    /// What kind of contact was added.
    ContactKind {
        /// An IM user (KIND-1).
        Im => "im",
        /// A legacy customer whom the home IMSP registered (KIND-2, OMTP use case 1a).
        SmsHome => "sms-home",
        /// A legacy customer who is not registered (KIND-3, OMTP use case 1b).
        SmsDirect => "sms-direct",
    }
}

closed_list! {
    /// What a client and its operator's IM server exchange.
    Exchange {
        /// Login with all that follows it: capabilities, services, own presence, lists, subscription.
        Login => "login",
        /// The end of a session.
        Logout => "logout",
        /// A message to somebody.
        Send => "send",
        /// A message from somebody or from a group.
        Receive => "receive",
        /// What has become of a message.
        Report => "report",
        /// A change of one's own presence.
        Update => "update",
        /// Presence of contacts.
        Notify => "notify",
        /// Contacts added, removed, blocked; questions who may see the user, and their answers.
        Contacts => "contacts",
        /// A search for somebody.
        Search => "search",
        /// A message to a group, invitations to groups and their answers.
        Group => "group",
        /// A sign of life after silence.
        KeepAlive => "keep-alive",
        /// A poll that finds nothing.
        Poll => "poll",
    }
}

closed_list! {
    /// A deliberate fault of the model, to prove that conformance would notice it.
    Defect {
        /// An SMS answer lands in somebody else's conversation (IM-0050).
        WrongConversation => "wrong-conversation",
        /// SMS answers are lost (IM-0050).
        AnswerLost => "answer-lost",
        /// Text over 160 characters passes (IM-0030).
        OverlongPasses => "overlong-passes",
        /// Customers who are not registered look different (IM-0090).
        KindRevealed => "kind-revealed",
        /// The first message to a new IM user is lost (UC-3).
        UpgradeDropsMessage => "upgrade-drops-message",
        /// A watcher sees a new IM user who denied it (UC-3).
        DeniedWatcherSees => "denied-watcher-sees",
        /// A blocked watcher still sees changes (CR16-1).
        BlockedWatcherSees => "blocked-watcher-sees",
        /// A blocked sender still gets through (CR16-1).
        BlockedMessagePasses => "blocked-message-passes",
        /// A legacy customer is registered each time somebody adds them (UC-1a).
        RegisteredTwice => "registered-twice",
        /// The sender's IMSP converts what the home IMSP should (UC-2a).
        ConvertedBySender => "converted-by-sender",
        /// Legacy customers look offline by default (IM-0010).
        OfflineByDefault => "offline-by-default",
        /// The StatusText of legacy customers is left out (CR16-5).
        StatusTextMissing => "status-text-missing",
        /// Legacy customers look like IM users: no ClientType CLI (CR16-3).
        ClientTypeMissing => "client-type-missing",
        /// Content that a legacy customer cannot take passes (CLI-1).
        RichPasses => "rich-passes",
        /// What a client tells its user goes along with the message (IM-0060).
        NoticeSent => "notice-sent",
        /// Clients do not tell their users of the legacy service (IM-0060).
        NoticeOmitted => "notice-omitted",
        /// A search crosses an agreement that does not allow it (RD-3).
        SearchUnasked => "search-unasked",
        /// Presence commands by SMS change nothing (HLR-2).
        CommandIgnored => "command-ignored",
        /// A legacy customer is let into a group (IM-0020).
        LegacyInGroup => "legacy-in-group",
        /// The HLR's news of legacy customers are not told (HLR-1).
        HlrIgnored => "hlr-ignored",
        /// What is known of a legacy customer is not told to who adds them (UC-1a).
        StateForgotten => "state-forgotten",
        /// Who has upgraded is registered as a legacy customer when an operator that has not heard of
        /// it asks (UC-3).
        UpgradeUnlearned => "upgrade-unlearned",
        /// Users on another access than the operator's first are not reached (RD-2, IMS-1).
        AccessBound => "access-bound",
        /// Nobody is told what has become of a message (RD-6).
        ReportForgotten => "report-forgotten",
        /// All IM users who are online look available (RD-5).
        AvailabilityLost => "availability-lost",
        /// What users write about themselves stays with them (RD-5).
        StatusTextLost => "status-text-lost",
        /// What an agreement does not expose crosses it (RD-8).
        AgreementExposes => "agreement-exposes",
        /// Searches find those who are not listed (RD-3).
        DirectoryIgnored => "directory-ignored",
        /// Who is taken off a list is still shown (CR16-1).
        RemovalIgnored => "removal-ignored",
        /// What a user closes stays open, so that nothing is opened again (UC-4b).
        ConversationUnclosed => "conversation-unclosed",
        /// A client keeps its session while the phone has no network (KIND-1).
        SessionOffAir => "session-off-air",
        /// What crosses the gateway of an IMS operator is not translated (IMS-2).
        TranslationSkipped => "translation-skipped",
        /// All kinds of access take as long as the operator's first (RD-2).
        EqualDelays => "equal-delays",
        /// Translation takes no time (IMS-2).
        FreeTranslation => "free-translation",
        /// Of wide characters as many pass as of others (IM-0030).
        WideLimit => "wide-limit",
        /// What is to be cut goes in parts (IM-0030).
        TruncationSplits => "truncation-splits",
        /// The text that an operator adds to a short message is left out (UC-2a).
        NoticeUncounted => "notice-uncounted",
        /// One reply number serves all who write to a customer (UC-4a).
        OneReplyNumber => "one-reply-number",
        /// Numbers and UIDs lead everywhere, whatever was agreed (RD-1).
        AddressingIgnored => "addressing-ignored",
        /// A missing way is put down to a feature that is not carried (RD-1).
        ReasonMixed => "reason-mixed",
        /// Nobody is told with which status a request is refused (RD-1).
        StatusUntold => "status-untold",
        /// Whose subscription has lapsed is served all the same (RD-1).
        LapsedServed => "lapsed-served",
        /// Nobody is told that a user is unknown (RD-1).
        UnknownSilent => "unknown-silent",
        /// Groups cross every agreement (RD-7).
        GroupsAlways => "groups-always",
        /// Presence crosses every agreement (RD-7).
        PresenceAlways => "presence-always",
        /// Behind a hub, agreements are taken to carry everything (RD-7).
        SecondLegIgnored => "second-leg-ignored",
        /// Presence changes stay at home (RD-5).
        PresenceStays => "presence-stays",
        /// Short messages reach phones that are switched off (KIND-3).
        DetachedReached => "detached-reached",
        /// A message without a way on IM is refused, not converted (KIND-4).
        FallbackMissing => "fallback-missing",
        /// Whoever takes a contact for one of another kind is not corrected (UC-3).
        MistakesUncorrected => "mistakes-uncorrected",
        /// News that is sent again comes after newer news (RD-5).
        NewsOvertaken => "news-overtaken",
        /// A server that is down keeps its sessions (SSP-2).
        SessionOutlives => "session-outlives",
        /// What was under way as a session was lost waits for the next one (SSP-2).
        LossFailsNothing => "loss-fails-nothing",
        /// No operator learns of upgrades elsewhere (UC-3).
        UpgradeUnheard => "upgrade-unheard",
        /// Messages kept for a login stay in store (KIND-1).
        StoredForgotten => "stored-forgotten",
        /// An instant message cannot be answered (RD-6).
        AnswerMissing => "answer-missing",
        /// A reply number is held from the conversion on, not from the delivery (IM-0050).
        HoldFromConversion => "hold-from-conversion",
        /// The HLR's news of who has upgraded are still told (HLR-1).
        HlrAfterUpgrade => "hlr-after-upgrade",
        /// Accounts are made although the operator makes none (KIND-3).
        RegisterAlways => "register-always",
        /// A short message that crosses with a retry is not owed (UC-2b).
        RetryFree => "retry-free",
        /// A short message in parts is owed as one (UC-2b).
        PartsUncounted => "parts-uncounted",
        /// A login shows contacts online who are not (RD-5).
        StaleLogin => "stale-login",
        /// A login shows no contacts but those whose presence is subscribed to (UC-3).
        ListsUntold => "lists-untold",
        /// What users say later of who may see them changes nothing (UC-3).
        LaterConsentIgnored => "later-consent-ignored",
        /// Whoever accepts a contact does not add them as well (RD-4).
        AcceptorUnasked => "acceptor-unasked",
        /// Contacts who decline are listed all the same (RD-4).
        DeclinedListed => "declined-listed",
        /// IM users are listed without being asked (RD-3).
        ContactUnasked => "contact-unasked",
        /// Legacy customers elsewhere are listed without a validation (UC-1a).
        ValidationSkipped => "validation-skipped",
        /// Clients tell all there is to tell of a contact (RD-8).
        ExposureIgnored => "exposure-ignored",
        /// Legacy customers stand among the other contacts (IM-0100).
        LegacyAmongOthers => "legacy-among-others",
        /// IM users bear the mark of legacy customers (IM-0110).
        MarkOnIm => "mark-on-im",
        /// No mark tells legacy customers (IM-0080).
        MarkMissing => "mark-missing",
        /// Clients mark legacy customers although they are not to (IM-0070).
        VisibleIgnored => "visible-ignored",
        /// The StatusText is not the one that the operator has set (IM-0120).
        StatusTextFixed => "status-text-fixed",
        /// No client stops a text that is too long (IM-0040).
        ClientLimitIgnored => "client-limit-ignored",
        /// Clients tell of the legacy service each time (IM-0060).
        NoticeRepeated => "notice-repeated",
        /// Presence commands by SMS are taken by operators that take none (HLR-2).
        CommandsAlways => "commands-always",
        /// Who was listed before an operator became an IMSP is not validated there (UC-3c).
        ListedUnvalidated => "listed-unvalidated",
        /// Attributes of legacy customers do not say whose client they are of (CR16-2, CR16-3).
        ClientIdMissing => "client-id-missing",
        /// Presence names clients in versions of IMPS that do not (CR16-2).
        ClientIdEarly => "client-id-early",
        /// Presence of IM users does not say which client it is of (CR16-3).
        ClientIdUnsaid => "client-id-unsaid",
        /// The UserAvailability of legacy customers is left out (CR16-4).
        AvailabilityMissing => "availability-missing",
        /// Attributes of legacy customers do not say that they are valid (CR16-2 to CR16-5).
        QualifierMissing => "qualifier-missing",
        /// Whoever was blocked stays blocked (CR16-1).
        UnblockIgnored => "unblock-ignored",
        /// IM users are in a group without being asked (IM-0020).
        InvitationUnasked => "invitation-unasked",
        /// IM users are served by SMS (KIND-1).
        ImAsSms => "im-as-sms",
        /// Legacy customers look online although the operator shows them offline (IM-0010).
        OnlineAlways => "online-always",
        /// Clients tell of the legacy service although they are not to (IM-0060).
        NoticeAlways => "notice-always",
        /// Whoever is blocked may still ask to list the user, or to join a group (CR16-1).
        BlockedAsks => "blocked-asks",
        /// A search that has come over an agreement is not answered (RD-3).
        SearchUnanswered => "search-unanswered",
        /// Whoever may not see a user may not write to them either (UC-3).
        DenialBlocks => "denial-blocks",
        /// Groups cross no agreement (IM-0020).
        GroupsNever => "groups-never",
        /// Who leaves a group is still written to (IM-0020).
        LeaverWritten => "leaver-written",
        /// Where presence does not cross, nobody is told of an upgrade (UC-3).
        UpgradeUntold => "upgrade-untold",
        /// Home is not told who has taken a customer off the list (UC-3).
        RemovalUntold => "removal-untold",
        /// What a member writes to a group reaches its host alone (IM-0020).
        PostStays => "post-stays",
        /// Whoever has not joined a group writes to it all the same (IM-0020).
        StrangerPosts => "stranger-posts",
        /// What comes again because its answer was lost is taken for another message (RD-6).
        RepeatedAsNew => "repeated-as-new",
        /// What is down works on (RD-6, UC-2a).
        OutagesIgnored => "outages-ignored",
        /// What goes to a partner does not wait for a session (SSP-1).
        SessionUnawaited => "session-unawaited",
        /// A session has all services, whatever each side serves (SSP-1).
        ServicesUnasked => "services-unasked",
        /// Nobody notices that a session is lost (SSP-2).
        LossUnnoticed => "loss-unnoticed",
        /// A session that is lost is not set up again (SSP-2).
        SetUpOnce => "set-up-once",
    }
}
